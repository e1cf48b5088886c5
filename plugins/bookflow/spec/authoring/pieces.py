"""What stands between the entries of a list or mapping, and putting entries together again."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Gap:
    """The text between two entries: the rest of a line, whole lines, and the next one's margin.

    The lines are blank or comments. Comments right above an entry, at its column, lead it.
    """

    rest: str
    lines: list[str] = field(default_factory=list)
    margin: str = ""
    has_break: bool = False

    @classmethod
    def read(cls, text: str) -> Gap:
        """Take the text apart."""
        first, mark, remainder = text.partition("\n")
        if not mark:
            return cls(text)
        lines = remainder.split("\n")
        return cls(first.rstrip("\r"), [line.rstrip("\r") for line in lines[:-1]], lines[-1], True)

    def take_lead(self, column: int) -> list[str]:
        """Take the comments that lead the next entry out of the lines."""
        start = len(self.lines)
        while start and self.lines[start - 1].startswith(" " * column + "#"):
            start -= 1
        lead, self.lines = self.lines[start:], self.lines[:start]
        return lead


@dataclass(slots=True)
class Piece:
    """One entry with what goes where it goes; `tail` are the lines between it and the next."""

    text: str
    lead: list[str] = field(default_factory=list)
    rest: str = ""
    tail: list[str] = field(default_factory=list)

    @property
    def has_note(self) -> bool:
        """Tell whether a comment stands by itself below the entry."""
        return any(line.strip() for line in self.tail)


def strip_blanks(lines: list[str]) -> list[str]:
    """Take away blank lines at the end."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]


def join_pieces(head: Gap, pieces: list[Piece], column: int, newline: str) -> tuple[str, str, str]:
    """Give the new head, the entries, and what follows the last one on its line."""
    margin = " " * column
    if head.has_break:
        above = [*head.lines, *pieces[0].lead]
        start = newline.join([head.rest, *above, head.margin])
    else:
        start = head.rest
        pieces[0].tail = [*pieces[0].lead, *pieces[0].tail]
    written: list[str] = []
    for at, piece in enumerate(pieces):
        if at:
            written += [*piece.lead, margin + piece.text]
        else:
            written.append(piece.text)
        if at < len(pieces) - 1:
            written[-1] += piece.rest
            written += piece.tail
    last = pieces[-1]
    return start, newline.join(written), newline.join([last.rest, *strip_blanks(last.tail)])
