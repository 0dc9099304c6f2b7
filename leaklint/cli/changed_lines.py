"""`--diff-base`: which lines changed since a revision, as git sees it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence

from leaklint.model import Finding, LeaklintError
from leaklint.source.problem import printable

# In a patch every line of a file begins with "+", "-", " " or "\": what begins with "@@" is a hunk's header.
_HUNK = re.compile(rb"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
_EVERY_LINE = range(1, 1 << 60)
_DIFF = ("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--unified=0", "--no-renames")


class Changes:
    """Lines that differ between a revision and the working tree; files that git does not know differ as a whole.

    Raises LeaklintError where git, the repository around `cwd` or the revision is missing.
    """

    def __init__(self, revision: str, cwd: str) -> None:
        if revision.startswith("-"):
            raise LeaklintError(f"--diff-base: '{printable(revision)}' is no revision")
        self._cwd = cwd
        self._top = os.fsdecode(_git(["rev-parse", "--show-toplevel"], cwd)).rstrip("\n")
        try:
            commit = _git(["rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"], cwd)
        except LeaklintError as error:
            text = f"--diff-base: '{printable(revision)}' is no revision of {printable(self._top)}"
            raise LeaklintError(text) from error
        self._commit = commit.decode().strip()
        self._lines: dict[str, list[range]] = {}

    def touch(self, finding: Finding) -> bool:
        """Whether the finding's region, or a step of its path, stands on a changed line."""
        places = [(finding.path, finding.line, finding.end_line)]
        places += [(step.path, step.line, step.line) for step in finding.witness]
        return any(
            lines.start <= last and first < lines.stop for path, first, last in places for lines in self.lines(path)
        )

    def lines(self, path: str) -> list[range]:
        """The changed lines of a file, named relative to `cwd`; a deletion counts for the lines around it."""
        known = self._lines.get(path)
        if known is None:
            file = os.path.realpath(os.path.join(self._cwd, path))
            if _git(["--literal-pathspecs", "ls-files", "-z", "--", file], self._top):
                known = _ranges(_git(["--literal-pathspecs", *_DIFF, self._commit, "--", file], self._top))
            else:
                known = [_EVERY_LINE]
            self._lines[path] = known
        return known


def _ranges(patch: bytes) -> list[range]:
    found = []
    for hunk in _HUNK.finditer(patch):
        start, count = int(hunk.group(1)), int(hunk.group(2) or b"1")
        found.append(range(start, start + count) if count else range(start, start + 2))
    return found


def _git(arguments: Sequence[str], cwd: str) -> bytes:
    try:
        ran = subprocess.run(["git", *arguments], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError as error:
        raise LeaklintError("--diff-base needs git, which was not found; install it, or leave it out") from error
    if ran.returncode != 0:
        said = ran.stderr.decode("utf-8", "replace").strip().splitlines()
        raise LeaklintError(f"--diff-base: {printable(said[0]) if said else 'git failed'}")
    return ran.stdout
