"""What goes wrong around files, as data: the run tells it in one line and goes on."""

from __future__ import annotations

import msgspec


class Problem(msgspec.Struct, frozen=True, order=True):
    """Something that could not be looked at.

    text: place, cause and mend in one line. fatal: the run ends with status 2.
    """

    text: str
    fatal: bool = False


def printable(name: str) -> str:
    """A file name as it can stand in one line of text: control characters and undecodable bytes escaped."""
    if name.isprintable():
        return name
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in name)


def cause(error: OSError) -> str:
    """The system's reason in lower case, as it reads after a colon."""
    reason = error.strerror or str(error) or type(error).__name__
    return reason[:1].lower() + reason[1:]
