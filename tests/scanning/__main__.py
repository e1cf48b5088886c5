"""`python -m tests.scanning` asks pip-audit about every locked dependency, and holds up no check.

A known vulnerability fails. What could not be asked (no network, an index without advisories) is
said in one loud line and passes: whether advisories are in reach is no property of the code.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.scanning.dependencies import scan

if __name__ == "__main__":
    sys.exit(scan(Path("requirements.txt"), Path(".venv/.dependencies-scanned")))
