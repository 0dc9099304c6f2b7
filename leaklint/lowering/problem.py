"""The one error of this stage: a text that is not Python."""

from __future__ import annotations

from leaklint.model import LeaklintError


class SyntaxProblem(LeaklintError):
    """A file cannot be parsed. `line` and `column` count from 1; `cause` is one line without the place."""

    def __init__(self, path: str, line: int, column: int, cause: str) -> None:
        super().__init__(f"{path}:{line}:{column}: {cause}; the file is skipped until it parses")
        self.path = path
        self.line = line
        self.column = column
        self.cause = cause
