"""Looking up in git what a workflow's file was."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bookflow.errors import InputError, NotFoundError
from bookflow.spec.authoring.change_messages import TRAILER
from bookflow.spec.authoring.shapes import Version
from bookflow.spec.authoring.shelf import digest_of
from bookflow.spec.loading import show_path

if TYPE_CHECKING:
    from bookflow.spec.authoring.git_commands import Git
    from bookflow.spec.authoring.git_index import ChangedPaths

ID = re.compile(r"[a-z0-9-]{1,64}")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_CURSOR = re.compile(r"([0-9a-f]{40,64})\.([0-9]{1,9})")
_FORMAT = "--format=%x01%H%x00%an%x00%ct%x00%s%x00"
_MOST = 1_000


class GitHistory:
    """The commits of single files; `prefix` leads from the top to the folder of specs."""

    def __init__(self, git: Git, prefix: str, index: ChangedPaths | None = None) -> None:
        """Look into a repository; its index of changed paths is asked to be there."""
        self._git = git
        self._prefix = prefix
        self._index = index

    def find_path(self, workflow_id: str) -> str | None:
        """Give where a workflow's file was last, relative to the folder, where it is gone."""
        if not ID.fullmatch(workflow_id) or find_head(self._git) is None:
            return None
        patterns = [
            f":(top,glob){escape_pattern(self._prefix)}**/{workflow_id}{end}"
            for end in (".yaml", ".yml")
        ]
        # hidden folders hold no workflows: what lies there can't be the file of one
        hidden = f":(top,exclude,glob){escape_pattern(self._prefix)}**/.*/**"
        found = self._last_name(*patterns, hidden)
        if found is None:
            grep = (f"--grep=^{TRAILER}: {workflow_id}$", "--extended-regexp")
            found = self._last_name(f":(top,literal){self._prefix}", hidden, options=grep)
        return found.removeprefix(self._prefix) if found else None

    def list_versions(
        self, path: str, current: str, *, limit: int, cursor: str | None
    ) -> tuple[list[Version], str | None]:
        """Give the commits that changed a file, newest first, and where the next page begins."""
        head, skip = self._read_cursor(cursor)
        if head is None:
            return [], None
        wanted = max(1, min(limit, _MOST))
        answer = self._git.tell(
            "log", "-z", "--raw", "--no-abbrev", "--no-renames", "--diff-merges=first-parent",
            _FORMAT, f"--skip={skip}", f"--max-count={wanted + 1}", head, "--", path,
            # a name with magic, `:(top)` as well, would keep git from its index of changed paths
            more={"GIT_LITERAL_PATHSPECS": "1"},
        )  # fmt: skip
        entries = [_Entry(part) for part in answer.split("\x01")[1:]]
        page = entries[:wanted]
        versions = self._digest([entry.blob for entry in page], path)
        listed = [
            entry.as_version(versions.get(entry.blob, ""), is_current=False) for entry in page
        ]
        if not skip and listed and current and listed[0].version == current:
            listed[0] = page[0].as_version(current, is_current=True)
        more = f"{head}.{skip + wanted}" if len(entries) > wanted else None
        if self._index:
            self._index.write_behind()
        return listed, more

    def text_at(self, path: str, commit: str, workflow_id: str) -> str:
        """Give a file's text at a commit of this branch."""
        missing = NotFoundError(
            f"`{workflow_id}` has no version `{show_path(commit[:64])}`; its versions are listed "
            "with their commits"
        )
        if not _COMMIT.fullmatch(commit):
            raise missing
        if self._git.ask("merge-base", "--is-ancestor", f"{commit}^{{commit}}", "HEAD").code:
            raise missing
        answer = self._git.ask("cat-file", "--filters", f"{commit}:{self._prefix}{path}")
        if answer.code:
            raise missing
        return answer.output.decode("utf-8", "replace")

    def _digest(self, blobs: list[str], path: str) -> dict[str, str]:
        """Give the versions of stored contents, line endings as on disk."""
        wanted = sorted({blob for blob in blobs if blob})
        lines = "".join(f"{blob} {self._prefix}{path}\n" for blob in wanted)
        # sizes that git announces are those before line endings are converted
        mark = secrets.token_hex(16)
        answer = self._git.ask(
            "cat-file", f"--batch={mark}%(objectname)", "--filters", content=lines.encode()
        )
        found = {}
        for part in answer.output.split(mark.encode())[1:]:
            blob, _, content = part.partition(b"\n")
            found[blob.decode()] = digest_of(content.removesuffix(b"\n"))
        return found

    def _read_cursor(self, cursor: str | None) -> tuple[str | None, int]:
        if cursor is None:
            return find_head(self._git), 0
        found = _CURSOR.fullmatch(cursor)
        if found is None or self._git.ask("cat-file", "-e", f"{found[1]}^{{commit}}").code:
            raise InputError("cursor", "is not one that this list gave; leave it out to begin anew")
        return found[1], int(found[2])

    def _last_name(self, *patterns: str, options: tuple[str, ...] = ()) -> str | None:
        answer = self._git.tell(
            "log", "-1", "-z", "--format=", "--name-only", "--no-renames", *options, "HEAD", "--",
            *patterns,
        )  # fmt: skip
        names = [name for name in answer.strip("\n").split("\0") if name]
        return names[0] if names else None


class _Entry:
    """One commit as `git log --raw -z` writes it."""

    def __init__(self, text: str) -> None:
        self.commit, self.author, moment, self.message, raw = text.split("\0", 4)
        self.at = datetime.fromtimestamp(int(moment), UTC)
        parts = raw.strip("\n\0").split("\0")[0].split()
        self.is_deleted = len(parts) > 4 and parts[4] == "D"
        self.blob = parts[3] if len(parts) > 4 and not self.is_deleted else ""

    def as_version(self, version: str, *, is_current: bool) -> Version:
        return Version(
            self.commit, version, self.author, self.at, self.message, is_current, self.is_deleted
        )


def find_head(git: Git) -> str | None:
    """Give the commit that is checked out, None before the first one."""
    answer = git.ask("rev-parse", "--quiet", "--verify", "HEAD^{commit}")
    return answer.text if answer.code == 0 else None


def escape_pattern(prefix: str) -> str:
    """Take the magic out of a path that becomes a pattern."""
    return re.sub(r"([\\*?\[\]])", r"\\\1", prefix)
