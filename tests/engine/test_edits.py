from __future__ import annotations

from leaklint.engine.edits import apply_edits
from leaklint.model import Edit


def edit(line: int, column: int, end_line: int, end_column: int, text: str) -> Edit:
    return Edit("a.py", line, column, end_line, end_column, text)


def test_edits_land_where_they_say_whatever_ends_the_lines() -> None:
    text = "ab\r\nc\x0cd\re\u2028f\n"
    assert (
        apply_edits(text, [edit(1, 2, 1, 3, "X"), edit(2, 3, 3, 2, "Y"), edit(3, 3, 3, 3, "Z")])
        == "aX\r\nc\x0cY\u2028Zf\n"
    )


def test_insertions_keep_their_order_and_edits_of_the_end_work() -> None:
    assert apply_edits("a\n", [edit(2, 1, 2, 1, "b\n"), edit(1, 1, 1, 1, "0")]) == "0a\nb\n"
    assert apply_edits("a", [edit(1, 2, 1, 2, "b")]) == "ab"
    assert apply_edits("", [edit(1, 1, 1, 1, "b")]) == "b"


def test_of_overlapping_edits_the_first_counts() -> None:
    assert apply_edits("abcdef", [edit(1, 2, 1, 5, "X"), edit(1, 3, 1, 6, "Y"), edit(1, 2, 1, 5, "X")]) == "aXef"
