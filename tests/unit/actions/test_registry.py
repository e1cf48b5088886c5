import os
import subprocess
import sys

import pytest

from bookflow.actions.action_resources import ActionResources
from bookflow.actions.registry import (
    ActionType,
    compile_action,
    register,
    registered_types,
)
from bookflow.actions.update_record import compile_update
from bookflow.errors import ConfigurationError
from bookflow.ports import CompiledAction
from tests.action_stand_ins import make_resources

HEAVY = ("aiohttp", "httpx", "httpx_aiohttp", "aiosmtplib", "phonenumbers", "standardwebhooks")


def test_built_in_types_are_registered() -> None:
    assert {"send_email", "send_sms", "webhook", "update_booking"} <= set(registered_types())


def test_a_new_type_takes_part_and_a_taken_name_is_refused() -> None:
    class Page:
        type = "test_page_someone"
        update_booking_fields = {"status": "paged"}  # noqa: RUF012 - a stand-in

    def compile_page(action: Page, resources: ActionResources) -> CompiledAction:
        return compile_update(action, resources)  # type: ignore[arg-type]  # has what it needs

    page = ActionType("test_page_someone", compile_page)
    register(page)
    register(page)
    (message,) = compile_action(Page(), make_resources()).render({"id": "b-1"}, {}, {})
    assert message.content == {"fields": {"status": "paged"}}
    with pytest.raises(ConfigurationError, match="`send_email` is registered twice"):
        register(ActionType("send_email", compile_page))


def run_python(code: str) -> str:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(["plugins", "."])}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ
    )
    return done.stdout


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = f"import sys, bookflow.actions.registry; print([n for n in {HEAVY} if n in sys.modules])"
    assert run_python(code).strip() == "[]"


def test_a_task_that_sends_mail_never_imports_http() -> None:
    code = f"""
import asyncio, sys
from bookflow.actions.registry import compile_action
from bookflow.records import ConnectionInfo
from bookflow.spec.models import SendEmail
from tests.action_stand_ins import make_resources
info = ConnectionInfo("bookflow_smtp", host="127.0.0.1", extra={{"from_email": "a@example.com"}})
action = SendEmail(name="a", type="send_email", recipient="invitee", subject="s", message="m")
async def main():
    async with compile_action(action, make_resources(info)).open_channel():
        print([n for n in {HEAVY} if n in sys.modules])
asyncio.run(main())
"""
    assert run_python(code).strip() == "['aiosmtplib']"
