"""The proof of a repair: it changed what it says, and the leak is gone with nothing new in its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from leaklint.fixes.bound import unbound_reads
from leaklint.fixes.document import read
from leaklint.fixes.draft import Rewrite, statements
from leaklint.fixes.sections import changed
from leaklint.lowering.problem import SyntaxProblem
from leaklint.model import Finding

Key = tuple[str, str, str, str]
_NUMBER = re.compile(r"\d+")


def objection(before: str, rewrite: Rewrite) -> str:
    """Why a rewrite may not stand, as far as its text tells; "" where nothing is wrong."""
    try:
        new = read(rewrite.text)
    except (SyntaxProblem, SyntaxError, ValueError):
        return "the repaired text would not parse"
    # What both texts have in common counts the same in both.
    lost, come = changed(read(before).sections, new.sections)
    expected = statements(*lost)
    expected.update(rewrite.gained)
    expected.subtract(rewrite.lost)
    if +expected != statements(*come) or any(count < 0 for count in expected.values()):
        return "the repair would lose or repeat a statement"
    if unbound_reads(*come) - unbound_reads(*lost):
        return "the repair would use a name that may be unbound"
    return ""


def key(finding: Finding) -> Key:
    """What a finding says, whatever line it stands on."""
    function = _NUMBER.sub("0", finding.function)
    return finding.code, function, finding.resource, _NUMBER.sub("0", finding.message.partition(":")[0])


def regression(before: Sequence[Finding], fixed: Finding, after: Sequence[Finding]) -> str:
    """Why the findings of the repaired text speak against the repair; "" where they do not."""
    had, has = Counter(map(key, before)), Counter(map(key, after))
    if has[key(fixed)] >= had[key(fixed)]:
        return "the repair that was tried does not end the leak"
    new = has - had
    if new:
        code = min(new)[0]
        return f"the repair that was tried would bring a new finding ({code})"
    return ""
