"""Sharing specs between servers: commits go to a remote first, and come from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bookflow.errors import AuthoringError, AuthoringUnavailableError
from bookflow.spec.authoring.git_commands import explain

if TYPE_CHECKING:
    from bookflow.spec.authoring.git_commands import Git

REMOTE_SECONDS = 30.0
_REJECTED = ("[rejected]", "cannot lock ref", "failed to update ref", "incorrect old value")


class RemoteMovedError(AuthoringUnavailableError):
    """Others pushed meanwhile; their commits come first."""


class GitRemote:
    """One remote and the branch that is checked out."""

    def __init__(self, git: Git, name: str) -> None:
        """Work with a remote of the repository."""
        self._git = git
        self._name = name

    def push(self, commit: str) -> None:
        """Put a commit at the end of the remote's branch; raises, having changed nothing here."""
        _, reference = self._find_branch()
        answer = self._git.ask(
            "push", "--porcelain", self._name, f"{commit}:{reference}", seconds=REMOTE_SECONDS
        )
        said = f"{answer.output.decode('utf-8', 'replace')}\n{answer.complaint}"
        # what is up to date was pushed by another server: the very same change, in the same second
        if any(mark in said for mark in _REJECTED) or "[up to date]" in said:
            raise RemoteMovedError("others push faster than this change can be saved; try again")
        if answer.code == 0:
            return
        if "[remote rejected]" in said:
            reason = said.partition("[remote rejected]")[2].strip().splitlines()[0][:200]
            raise AuthoringError(
                f"the remote `{self._name}` refuses the commit: {reason}; let the API server's "
                "user push to the branch"
            )
        if not self._has_arrived(commit, reference):
            raise self._unreachable(answer.complaint)

    def pull(self) -> bool:
        """Fast-forward to the remote's branch; edits of other files stay as they are."""
        branch, reference = self._find_branch()
        tracking = f"refs/remotes/{self._name}/{branch}"
        answer = self._git.ask(
            "fetch", "--quiet", "--no-tags", self._name, f"+{reference}:{tracking}",
            seconds=REMOTE_SECONDS,
        )  # fmt: skip
        if answer.code:
            if "couldn't find remote ref" in answer.complaint:
                return False
            raise self._unreachable(answer.complaint)
        if self._git.ask("merge-base", "--is-ancestor", tracking, "HEAD").code == 0:
            return False
        merged = self._git.ask("merge", "--ff-only", "--quiet", tracking)
        if merged.code == 0:
            return True
        if "overwritten" in merged.complaint:
            raise AuthoringError(
                "others changed files that have uncommitted edits here; commit or discard these "
                f"({', '.join(_list_files(merged.complaint)) or 'see git status'})"
            )
        if "ast-forward" in merged.complaint or "diverg" in merged.complaint:
            raise AuthoringError(
                f"this repository has commits that `{self._name}` lacks, and the other way round; "
                "run `git pull --rebase` and `git push` in the folder of specs"
            )
        raise explain("merge", merged.complaint)

    def _find_branch(self) -> tuple[str, str]:
        branch = self._git.ask("symbolic-ref", "--quiet", "--short", "HEAD")
        if branch.code:
            raise AuthoringError(
                "BOOKFLOW_SPECS_REMOTE is set, but no branch is checked out in the folder of "
                "specs; check one out (git switch main)"
            )
        name = branch.text
        merge = self._git.ask("config", "--get", f"branch.{name}.merge")
        return name, merge.text if merge.code == 0 and merge.text else f"refs/heads/{name}"

    def _has_arrived(self, commit: str, reference: str) -> bool:
        """Tell whether a push that seemed to fail came through."""
        try:
            answer = self._git.ask("ls-remote", self._name, reference, seconds=REMOTE_SECONDS)
        except AuthoringUnavailableError:
            return False
        return answer.code == 0 and answer.text.split("\t")[0] == commit

    def _unreachable(self, complaint: str) -> AuthoringUnavailableError:
        shown = complaint.splitlines()[-1][:200] if complaint else "it gave no reason"
        return AuthoringUnavailableError(
            f"the remote `{self._name}` can't be reached ({shown}); nothing was saved here. Check "
            "its URL, the network and the credentials of the API server's user, then try again"
        )


def _list_files(complaint: str) -> list[str]:
    return [line.strip() for line in complaint.splitlines() if line.startswith("\t")][:5]
