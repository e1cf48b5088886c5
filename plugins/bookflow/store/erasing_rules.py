"""What both stores know about erasing: what is left alone, what is written instead."""

from __future__ import annotations

ERASED = "personal data was erased"
COPIES_OF_FILES = ("spec_rules", "spec_files")
"""Tables made from files: who is named there is named in the files."""
UNTOUCHED = ("clock", "bookflow_alembic_version", "organizers", *COPIES_OF_FILES)
OWNER_COLUMNS = ("owner", "organizer")
