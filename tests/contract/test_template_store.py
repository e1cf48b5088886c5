from __future__ import annotations

from bookflow.ports.templates import TemplateUsage, TemplateUse
from tests.contract.conftest import NOW, minutes


def test_nothing_was_used_at_first(store):
    assert store.count_template_uses() == {}


def test_uses_are_counted_per_template(store):
    for offset, template, workflow in [
        (5, "reminder", "a"),
        (1, "reminder", "b"),
        (2, "other", "a"),
    ]:
        store.record_template_use(TemplateUse(template, workflow, "ada", NOW + minutes(offset)))
    assert store.count_template_uses() == {
        "other": TemplateUsage(1, NOW + minutes(2)),
        "reminder": TemplateUsage(2, NOW + minutes(5)),
    }


def test_hostile_texts_are_kept_as_far_as_they_can_be(store):
    store.record_template_use(TemplateUse("re\0minder", "'; DROP", "\ud800%s", NOW))
    assert store.count_template_uses() == {"re\ufffdminder": TemplateUsage(1, NOW)}
