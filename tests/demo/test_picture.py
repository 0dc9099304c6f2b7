"""The picture of sessions over time says what was measured."""

from __future__ import annotations

from xml.etree import ElementTree

from demo.picture import sessions_over_time


def test_both_lines_are_drawn_and_labelled_with_their_end() -> None:
    text = sessions_over_time([(0.0, 1), (1.0, 19)], [(0.0, 1), (0.5, 4)], 20, 19)
    root = ElementTree.fromstring(text)
    lines = [one.get("points", "").split() for one in root.iter() if one.tag.endswith("polyline")]
    assert [len(points) for points in lines] == [2, 2]
    said = " ".join(root.itertext())
    assert "before: 19" in said
    assert "after: 4" in said
    heights = [float(points[-1].split(",")[1]) for points in lines]
    assert heights[0] < heights[1]
