"""What one rendering may spend: steps, characters, call depth, size of numbers.

Every loop, call, filter and operator of a template draws on this, so that a template can't run
away: neither the time nor the memory of a rendering depends on the goodwill of its author.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bookflow.errors import TemplateError

STEP_LIMIT = 100_000
TEXT_LIMIT = 4_000_000
OUTPUT_LIMIT = 1_000_000
NUMBER_LIMIT = 10**18
CALL_DEPTH_LIMIT = 20
NESTING_LIMIT = 40

_CHARACTERS_PER_STEP = 100


class RunawayError(TemplateError):
    """A rendering used up its budget."""


class Budget:
    """The steps and characters that are left to one rendering."""

    __slots__ = ("_call_depth", "_characters_left", "_steps_left")

    def __init__(self, *, steps: int = STEP_LIMIT, characters: int = TEXT_LIMIT) -> None:
        """Start with everything unspent."""
        self._steps_left = steps
        self._characters_left = characters
        self._call_depth = 0

    def spend(self, steps: int = 1) -> None:
        """Pay for work; never gives anything back."""
        self._steps_left -= steps if steps > 0 else 1
        if self._steps_left < 0:
            raise RunawayError(
                f"the template works too long (more than {STEP_LIMIT:,} steps); shorten its loops"
            )

    def produce(self, characters: int) -> None:
        """Pay for text before it is made."""
        self._characters_left -= characters
        if self._characters_left < 0:
            raise RunawayError(
                f"the template makes too much text (more than {TEXT_LIMIT:,} characters in all "
                "intermediate results); shorten it"
            )
        self.spend(1 + characters // _CHARACTERS_PER_STEP)

    def count(self, values: Iterable[object], weight: int = 1) -> Iterator[object]:
        """Iterate and pay `weight` steps for every round."""
        for value in values:
            self.spend(weight)
            yield value

    def weigh(self, value: object) -> None:
        """Pay for everything inside a value, at most what is left."""
        waiting: list[object] = [value]
        while waiting:
            current = waiting.pop()
            if isinstance(current, str):
                self.spend(1 + len(current) // _CHARACTERS_PER_STEP)
            elif isinstance(current, (list, tuple, set, frozenset, range)):
                self.spend(1 + len(current))
                if not isinstance(current, range):
                    waiting.extend(item for item in current if not isinstance(item, _FLAT))
            elif isinstance(current, Mapping):
                self.spend(1 + len(current))
                waiting.extend(current.keys())
                waiting.extend(current.values())
            else:
                self.spend()

    def enter_call(self) -> None:
        """Go one macro or recursive loop deeper."""
        self._call_depth += 1
        if self._call_depth > CALL_DEPTH_LIMIT:
            raise RunawayError(
                f"macros or recursive loops call each other more than {CALL_DEPTH_LIMIT} deep"
            )

    def leave_call(self) -> None:
        """Come back from a macro or recursive loop."""
        self._call_depth -= 1


_FLAT = (bool, int, float, type(None))


def bound_number(value: object) -> object:
    """Refuse integers beyond what any booking needs, before they grow without end."""
    if isinstance(value, int) and abs(value) > NUMBER_LIMIT:
        raise TemplateError(f"a number is beyond {NUMBER_LIMIT:.0e}; use smaller numbers")
    return value
