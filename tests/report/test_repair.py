"""What a fix changes, read off its edits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leaklint.model import Edit
from leaklint.report.repair import difference, replacement
from tests.report import sample

SOURCE = sample.SOURCES["app/load.py"].splitlines()


def edited(edits: list[Edit], source: list[str]) -> list[str]:
    """The lines after the edits, applied from the last to the first."""
    lines = [*source, ""]
    for edit in reversed(edits):
        head, tail = lines[edit.line - 1][: edit.column - 1], lines[edit.end_line - 1][edit.end_column - 1 :]
        lines[edit.line - 1 : edit.end_line] = f"{head}{edit.text}{tail}".split("\n")
    return lines


def patched(rows: list[str], source: list[str]) -> list[str]:
    """The lines after a difference is applied to them."""
    lines = [*source, ""]
    shift, at = 0, 0
    for row in rows:
        if row[0] == "@":
            at = int(row[1:]) - 1 + shift
        elif row[0] == "+":
            lines.insert(at, row[1:])
            at, shift = at + 1, shift + 1
        else:
            assert lines[at] == row[1:]
            if row[0] == "-":
                del lines[at]
                shift -= 1
            else:
                at += 1
    return lines


@st.composite
def fixes(draw: st.DrawFn) -> tuple[list[str], list[Edit]]:
    """A source, and edits of it that do not overlap."""
    source = draw(st.lists(st.text("ab -+@", max_size=5), min_size=1, max_size=12))
    places = [(line, column) for line, text in enumerate(source, 1) for column in range(1, len(text) + 2)]
    places.append((len(source) + 1, 1))
    chosen = sorted(draw(st.lists(st.sampled_from(places), min_size=2, max_size=6, unique=True)))
    pairs = zip(chosen[::2], chosen[1::2])
    return source, [Edit("a.py", *start, *end, draw(st.text("xy\n", max_size=6))) for start, end in pairs]


@given(fixes())
def test_difference_patches_the_source_as_the_edits_do(case: tuple[list[str], list[Edit]]) -> None:
    source, edits = case
    assert patched(difference(edits, source), source) == edited(edits, source)


def test_difference_is_a_unified_diff() -> None:
    assert sample.EXCEPTION.fix is not None
    assert difference(sample.EXCEPTION.fix.edits, SOURCE) == [
        "@6",
        "+    try:",
        "     cursor = conn.cursor()",
        "@10",
        "     conn.commit()",
        "-    pool.putconn(conn)",
        "+    finally:",
        "+        pool.putconn(conn)",
    ]


def test_what_cannot_be_known_is_not_guessed() -> None:
    two = (Edit("a.py", 1, 1, 1, 2, "x"), Edit("a.py", 9, 1, 9, 2, "y"))
    assert replacement(two, None) is None
    assert replacement((), ["a"]) is None
    assert difference(two, ["only one line"]) == []
    assert difference((Edit("a.py", 1, 1, 1, 1, "x"), Edit("b.py", 1, 1, 1, 1, "y")), ["a"]) == []
