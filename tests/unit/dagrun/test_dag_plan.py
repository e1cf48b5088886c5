from __future__ import annotations

from bookflow.dagrun.plan import DagPlan, plan_dag
from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.spec.loading import load_workflow

HEAD = """
id: welcome
organizer: ana@example.com
name: Welcome
description: "Says hello.\\n\\nTwice."
trigger: booking_created
tags: [vip, vip, bookflow]
actions:
"""


def plan(actions: str, head: str = HEAD) -> DagPlan:
    return plan_dag(load_workflow(head + actions, file="w.yaml", vocabulary=BOOKING_VOCABULARY))


def text(name: str, extra: str = "") -> str:
    return f"  - {{name: {name}, type: send_sms, recipient: invitee, message: Hi{extra}}}\n"


def test_texts_say_what_the_spec_says() -> None:
    made = plan(text("Say hello"))
    assert made.dag_id == "bookflow-welcome"
    assert made.display_name == "Welcome"
    assert made.description == "Says hello. Twice."
    assert made.owner == "ana@example.com"
    assert made.tags == ("bookflow", "booking_created", "vip")
    assert "booking" in made.doc_md
    assert made.steps == (("Say hello", "send_sms"),)


def test_equal_orders_share_a_level_and_inactive_actions_are_left_out() -> None:
    made = plan(
        text("c", ", order: 2")
        + text("a", ", order: 1")
        + text("off", ", order: 1, is_active: false")
        + text("b", ", order: 1")
    )
    assert [[task.task_id for task in level] for level in made.levels] == [["a", "b"], ["c"]]


def test_finish_task_gives_way_to_an_action_of_that_name() -> None:
    assert plan(text("other")).finish_task_id == "finish"
    made = plan(text("Finish"))
    assert made.tasks[0].task_id == "finish"
    assert made.finish_task_id == "bookflow.finish"


def test_long_description_is_cut_and_doc_is_never_taken_for_a_file() -> None:
    head = HEAD.replace('"Says hello.\\n\\nTwice."', "x" * 400 + " /etc/passwd.md")
    made = plan(text("a"), head)
    assert len(made.description) == 300
    assert made.description.endswith("…")
    assert not made.doc_md.endswith(".md")


def test_task_process_plans_without_texts() -> None:
    loaded = load_workflow(HEAD + text("a"), file="w.yaml", vocabulary=BOOKING_VOCABULARY)
    lean = plan_dag(loaded, with_texts=False)
    assert lean.doc_md == ""
    assert lean.levels == plan_dag(loaded).levels
