"""Conditions of actions: what a spec may write, checked, compiled and explained."""

from bookflow.spec.conditions.compiling import (
    Conditions,
    check_conditions,
    compile_conditions,
)
from bookflow.spec.conditions.models import Group, Rule

__all__ = ["Conditions", "Group", "Rule", "check_conditions", "compile_conditions"]
