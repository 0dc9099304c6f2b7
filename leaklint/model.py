"""What leaklint says: findings, their path, their repair. Pure data, shared by every stage.

Lines and columns count from 1; columns count characters, not bytes. An end position is exclusive.
"""

from __future__ import annotations

import enum

import msgspec


class LeaklintError(Exception):
    """An error that is the user's to mend; its text is one line naming the place, the cause and the mend."""


class Severity(str, enum.Enum):
    """How bad a finding is, worst first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for a note, 2 for an error."""
        return {"note": 0, "warning": 1, "error": 2}[self.value]


class Confidence(str, enum.Enum):
    """How sure leaklint is of what it saw, surest first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for low, 2 for high."""
        return {"low": 0, "medium": 1, "high": 2}[self.value]


class Applicability(str, enum.Enum):
    """How freely a fix may be applied."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


class Span(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A half-open region of one file."""

    line: int
    column: int
    end_line: int
    end_column: int


class WitnessStep(msgspec.Struct, frozen=True):
    """One step of the path on which a resource is lost."""

    path: str
    line: int
    column: int
    message: str


class Edit(msgspec.Struct, frozen=True):
    """Replace the text between two positions of `path` by `text`."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class Fix(msgspec.Struct, frozen=True):
    """A repair: edits that do not overlap, in source order."""

    applicability: Applicability
    message: str
    edits: tuple[Edit, ...]


class Finding(msgspec.Struct, frozen=True):
    """One place where a resource is lost or misused, with the path that shows it."""

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    message: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    function: str = ""
    library: str = ""
    resource: str = ""
    witness: tuple[WitnessStep, ...] = ()
    help: str = ""
    fix: Fix | None = None
    fix_withheld: str = ""

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        """Path, line, column, code: the order in which findings are shown."""
        return (self.path, self.line, self.column, self.code)
