"""Known vulnerabilities of the locked dependencies, asked at most once a day."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 45
KEPT_SECONDS = {"clean": 86_400, "unknown": 3_600}
# id of the advisory -> why it does not concern bookflow
IGNORED: Mapping[str, str] = {}

Report = Mapping[str, Any]
Ask = Callable[[Path], Report]


def scan(lock: Path, memory: Path, ask: Ask | None = None, now: float | None = None) -> int:
    """Print what is known of the dependencies in a lock file; 1 where one is vulnerable."""
    at = time.time() if now is None else now
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    kept = _remember(memory, digest, at)
    if kept is None:
        try:
            found = judge((ask or ask_pip_audit)(lock))
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            found = ("unknown", f"pip-audit gave no answer ({type(error).__name__})")
        kept = {"lock": digest, "at": at, "verdict": found[0], "text": found[1]}
        if kept["verdict"] in KEPT_SECONDS:
            memory.write_text(json.dumps(kept))
    if kept["verdict"] == "unknown":
        print(f"!!! DEPENDENCIES NOT SCANNED: {kept['text']}; run `pip-audit` where advisories are")
        return 0
    print(f"dependencies: {kept['text']}")
    return 1 if kept["verdict"] == "vulnerable" else 0


def judge(report: Report) -> tuple[str, str]:
    """Give the verdict on pip-audit's report, and its text."""
    asked: Sequence[Any] = report["dependencies"]
    skipped = [one["name"] for one in asked if "skip_reason" in one]
    found = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in "
        f"{', '.join(flaw['fix_versions']) or 'no version yet'}"
        for one in asked
        for flaw in one.get("vulns", ())
        if flaw["id"] not in IGNORED
    ]
    if found:
        return "vulnerable", f"{len(found)} known vulnerabilities\n  " + "\n  ".join(found)
    if skipped:
        return "unknown", f"the index has no advisories for {len(skipped)} of {len(asked)} packages"
    return "clean", f"no known vulnerability in {len(asked)} packages"


def ask_pip_audit(lock: Path) -> Report:
    """Run pip-audit over a lock file, for a bounded time."""
    command = [
        sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--no-deps",
        "--disable-pip", "--progress-spinner", "off", "--format", "json", "--timeout", "5",
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    report: Report = json.loads(done.stdout)
    return report


def _remember(memory: Path, digest: str, at: float) -> dict[str, Any] | None:
    try:
        kept: dict[str, Any] = json.loads(memory.read_text())
        age = at - kept["at"]
        is_fresh = kept["lock"] == digest and 0 <= age < KEPT_SECONDS[kept["verdict"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return kept if is_fresh else None
