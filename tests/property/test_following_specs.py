"""Whatever happens to the files: who follows the changes sees what a look at all of them shows."""

import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookflow.spec.authoring.shelf import SpecShelf
from bookflow.spec.repository import SpecRepository
from tests.unit.spec.sample_vocabulary import VOCABULARY

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of changes")

PATHS = ("a.yaml", "b.yaml", "b.yml", "team/a.yaml", "team/c.yaml", ".hidden.yaml", "notes.txt")
IDS = ("a", "b", "c")
LIMIT = 100_000


def spec(workflow_id: str, name: str, event_types: str, is_active: bool) -> str:
    return (
        f"id: {workflow_id}\norganizer: o\nname: {name}\ntrigger: booking_created\n"
        f"is_active: {str(is_active).lower()}\n{event_types}"
        "actions:\n  - {name: a, type: send_sms, recipient: invitee, message: hi}\n"
    )


def put(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text(text)


def rewrite(root: Path, path: str, listens_to: str) -> None:
    """Change what a workflow listens to, and nothing else."""
    if (root / path).exists():
        lines = (root / path).read_text().splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(("event_types:", "is_active:"))]
        (root / path).write_text(listens_to + "".join(kept))


def move(root: Path, path: str, other: str) -> None:
    if (root / path).exists():
        (root / other).parent.mkdir(exist_ok=True)
        (root / path).replace(root / other)


def remove(root: Path, path: str) -> None:
    (root / path).unlink(missing_ok=True)


def move_folder(root: Path) -> None:
    if (root / "team").exists():
        target = root / ".away"
        (root / "team").rename(target)
        free = next(name for n in range(99) if not (name := root / f"team{n}").exists())
        target.rename(free)


paths = st.sampled_from(PATHS)
texts = st.builds(
    spec,
    st.sampled_from(IDS),
    st.sampled_from(("One", "Two")),
    st.sampled_from(("", "event_types: [x]\n", "event_types: [x, y]\n")),
    st.booleans(),
) | st.just("id: [broken")
operations = st.one_of(
    st.tuples(st.just(put), paths, texts),
    st.tuples(
        st.just(rewrite),
        paths,
        st.sampled_from(("", "event_types: [x]\n", "event_types: [x, y]\n", "is_active: false\n")),
    ),
    st.tuples(st.just(move), paths, paths),
    st.tuples(st.just(remove), paths),
    st.tuples(st.just(move_folder)),
)


def describe(repository: SpecRepository) -> object:
    scan = repository.scan()
    matching = {
        kind: [(item.workflow.id, item.version) for item in repository.matching(*kind)]
        for kind in (("booking_created", None), ("booking_created", "x"), ("booking_created", "y"))
    }
    return (
        [(name, str(found.path), found.version) for name, found in scan.workflows.items()],
        {str(path): error.issues for path, error in scan.errors.items()},
        matching,
    )


def show(shelf: SpecShelf) -> object:
    listed = [
        (file.workflow_id, file.path, file.version, file.loaded is None)
        for file in shelf.list_all(max_age=0)
    ]
    found = [shelf.find(name) for name in IDS]
    return listed, [file and (file.path, file.version) for file in found]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(operations, min_size=1, max_size=3), max_size=8))
def test_changes_that_are_heard_of_lead_to_what_is_there(steps: list[list[tuple]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number, name in enumerate(IDS):
            put(root, f"{name}.yaml", spec(name, f"Name {number}", "", True))
        followed = SpecRepository(root, VOCABULARY, listens=True, max_age=float("inf"))
        shelf = SpecShelf(followed, LIMIT)
        try:
            for step in steps:
                for operation, *arguments in step:
                    operation(root, *arguments)
                fresh = SpecRepository(root, VOCABULARY)
                assert describe(followed) == describe(fresh)
                assert show(shelf) == show(SpecShelf(fresh, LIMIT))
        finally:
            followed.close()
