"""What is answered about functions does not depend on what was asked before."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from leaklint.config import SettingsFinder
from leaklint.engine.project import Project
from leaklint.resolve.refs import Function

LINKS = "abcdef"
CHAIN = "".join(f"def {one}(given):\n    {after}(given)\n\n\n" for one, after in itertools.pairwise(LINKS))
KEEPING = "kept = None\n\n\n" + CHAIN + "def f(given):\n    global kept\n    kept = given\n"
CIRCLE = CHAIN + "def f(given):\n    b(given)\n    last(given)\n\n\ndef last(given):\n    given.close()\n"


@pytest.mark.parametrize(
    ("text", "touching"),
    [
        (KEEPING, "bcdef"),
        (CIRCLE, "cdef"),
        (CIRCLE.replace("last(given)\n\n", "print(given)\n\n"), ""),
    ],
)
@pytest.mark.parametrize("order", [LINKS, LINKS[::-1], "dbface"])
def test_what_is_done_to_what_is_given(tmp_path: Path, text: str, touching: str, order: str) -> None:
    """It is followed through four calls."""
    path = tmp_path / "chain.py"
    path.write_text(text)
    project = Project(SettingsFinder(cwd=str(tmp_path)).for_file(str(path)), str(tmp_path))
    analysis = project.analysis(str(path))
    known = {name: analysis.touches(Function("chain", name)) for name in order}
    assert {name for name in known if known[name]} == set(touching)
