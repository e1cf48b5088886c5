"""Reading an action from the keyword arguments of an operator, as a spec would be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.errors import ConfigurationError
from bookflow.spec.yaml_reading import dotted_key

if TYPE_CHECKING:
    from bookflow.spec.models import Action

TASK_KEYS = ("retries",)
"""Keys of a spec that Airflow's operators have too: they stay where they are."""


def read_action(action_class: type[Any], kwargs: dict[str, Any]) -> Action:
    """Take the spec's keys out of `kwargs` and make the action.

    `name` is the task's id unless given. Raises `ConfigurationError` when the DAG is parsed, with
    everything wrong with the keys.
    """
    task_id = str(kwargs.get("task_id", ""))
    known = [key for key in action_class.model_fields if key not in ("type", *TASK_KEYS)]
    data = {key: kwargs.pop(key) for key in known if kwargs.get(key) is not None}
    for key in known:
        kwargs.pop(key, None)
    kind = action_class.model_fields["type"].annotation.__args__[0]
    action = {"name": task_id[:64], "retries": 0, **data, "type": kind}
    return _check(task_id, action)


def _check(task_id: str, action: dict[str, Any]) -> Action:
    # only DAGs written by hand pay for these
    from pydantic import ValidationError

    from bookflow.domains.booking import BOOKING_VOCABULARY
    from bookflow.spec.checking import check_words
    from bookflow.spec.models import Workflow
    from bookflow.spec.problems import explain_validation_error

    spec = {
        "id": "handwritten",
        "organizer": "handwritten",
        "name": "handwritten",
        "trigger": "manual",
        "actions": [action],
    }
    workflow: Workflow | None = None
    problems = []
    try:
        workflow = Workflow.model_validate(spec)
    except ValidationError as error:
        problems = list(explain_validation_error(error, spec))
    problems += check_words(spec, workflow, BOOKING_VOCABULARY)
    if problems or workflow is None:
        listed = "\n".join(
            f"  {dotted_key(problem.location[2:])}: {problem.message}"
            + (f" ({problem.suggestion})" if problem.suggestion else "")
            for problem in problems
        )
        raise ConfigurationError(f"the task `{task_id}` is no valid {action['type']}:\n{listed}")
    return workflow.actions[0]
