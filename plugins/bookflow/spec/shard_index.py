"""What is known of each spec file, kept in a file: nothing unchanged is ever read again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bookflow.spec.sharding import (
    FORMAT,
    MOST_SHARDS,
    Manifest,
    issue_from_list,
    issue_to_list,
    write_file,
)
from bookflow.spec.spec_index import settle_claims

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.errors import SpecIssue
    from bookflow.spec.spec_files import Stamp


@dataclass(slots=True)
class IndexedSpec:
    """A spec file as it was when it was read last."""

    stamp: Stamp
    is_settled: bool = False
    """Whether it can't have changed since and kept its stamp."""
    version: str = ""
    """Digest of its bytes; an invalid one has none, and claims nothing."""
    id: str = ""
    organizer: str = ""
    name: str = ""
    is_active: bool = False
    issues: tuple[SpecIssue, ...] = ()
    shard: int = 0
    former: int | None = None
    """The shard it had before, which keeps it until Airflow shows it in the new one."""

    @property
    def claim(self) -> tuple[str, str, str]:
        """Give what it claims for itself."""
        return self.id, self.organizer, self.name

    def says_the_same(self, other: IndexedSpec) -> bool:
        """Tell whether nothing would come out differently."""
        return self.version == other.version and self.issues == other.issues


@dataclass(frozen=True, slots=True)
class _Claimant:
    path: Path
    workflow: IndexedSpec


@dataclass(slots=True)
class SpecCatalogue:
    """All spec files by their path below the folder, and the number of shards."""

    count: int = 1
    specs: dict[str, IndexedSpec] = field(default_factory=dict)

    def settle(self, root: str) -> dict[str, tuple[SpecIssue, ...]]:
        """Decide who gets which id and name; give what is wrong with those that get none."""
        valid = [
            _Claimant(Path(root, path), spec)
            for path, spec in sorted(self.specs.items())
            if not spec.issues
        ]
        settled = settle_claims(valid, root)
        length = len(root) + 1
        return {str(path)[length:]: error.issues for path, error in settled.errors.items()}

    def divide(self, losers: Mapping[str, tuple[SpecIssue, ...]]) -> dict[int, Manifest]:
        """Give what each shard holds; empty ones too."""
        specs: dict[int, dict[str, str]] = {number: {} for number in range(self.count)}
        issues: dict[int, list[SpecIssue]] = {}
        for path, spec in sorted(self.specs.items()):
            wrong = spec.issues or losers.get(path)
            if wrong:
                issues.setdefault(spec.shard, []).extend(wrong)
            elif spec.is_active:
                specs[spec.shard][path] = spec.id
                if spec.former is not None:
                    specs.setdefault(spec.former, {})[path] = spec.id
        return {
            number: Manifest(held, tuple(issues.get(number, ()))) for number, held in specs.items()
        }

    def to_bytes(self, maker: str) -> bytes:
        """Write it for a file."""
        rows = {
            path: [
                list(spec.stamp),
                spec.is_settled,
                spec.version,
                spec.id,
                spec.organizer,
                spec.name,
                spec.is_active,
                [issue_to_list(issue) for issue in spec.issues],
                spec.shard,
                spec.former,
            ]
            for path, spec in self.specs.items()
        }
        data = {"format": FORMAT, "maker": maker, "count": self.count, "specs": rows}
        return json.dumps(data, separators=(",", ":")).encode()

    def save(self, path: Path, maker: str) -> None:
        """Write it in one step."""
        write_file(path, self.to_bytes(maker))


def read_catalogue(path: Path, maker: str) -> SpecCatalogue | None:
    """Read a catalogue; None where there is none or the file is no good.

    What other code than `maker` wrote is checked again: it may have judged otherwise.
    """
    try:
        data = json.loads(path.read_bytes())
        if data["format"] != FORMAT:
            return None
        is_ours = data["maker"] == maker
        specs = {str(name): _read_row(row, is_ours=is_ours) for name, row in data["specs"].items()}
        count = data["count"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    shards = {spec.shard for spec in specs.values()} | {0}
    is_sound = isinstance(count, int) and 1 <= count <= MOST_SHARDS and not count & (count - 1)
    return SpecCatalogue(count, specs) if is_sound and max(shards) < count else None


def _read_row(row: Any, *, is_ours: bool) -> IndexedSpec:
    stamp, is_settled, version, spec_id, organizer, name, is_active, issues, shard, former = row
    modified, changed, size, inode = stamp
    if not isinstance(shard, int) or not isinstance(former, int | None) or shard < 0:
        raise TypeError("shards are numbers")
    return IndexedSpec(
        (modified, changed, size, inode),
        bool(is_settled) and is_ours,
        version,
        spec_id,
        organizer,
        name,
        bool(is_active),
        tuple(issue_from_list(issue) for issue in issues),
        shard,
        former,
    )
