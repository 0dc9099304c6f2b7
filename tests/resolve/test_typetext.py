"""The reader of annotation texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaklint.resolve.typetext import NOTHING, parse


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("int", "int"),
        ("a.b.C", "a.b.C"),
        ("Optional[ a.B ]", "Optional[a.B]"),
        ("A | None | 'B'", "A | None | B"),
        ("dict[str, list[C]]", "dict[str, list[C]]"),
        ("Callable[[int, A], B]", "Callable[[int, A], B]"),
        ("Callable[..., B]", "Callable[..., B]"),
        ("Annotated[S, Depends(get_db), 3]", "Annotated[S, ..., ...]"),
        ("Annotated[S, lambda: x, -1, {'a': (1, 2)}]", "Annotated[S, ..., ..., ...]"),
        ("Literal['a', 'b']", "Literal[a, b]"),
        ("'list[\"X\"]'", "list[X]"),
        ("(A)", "A"),
        ("*Ts", "Ts"),
        ("tuple[int, ...]", "tuple[int, ...]"),
        ("f(x)", "..."),
        ("A[", "..."),
        ("]", "..."),
        ("a b", "..."),
        ("", "..."),
    ],
)
def test_reading(text: str, read: str) -> None:
    assert parse(text).render() == read


def test_deep_nesting_ends() -> None:
    for opening in ("[", "A[", "("):
        text = opening * 500 + "X" + "".join({"[": "]", "(": ")"}[mark] for mark in opening[-1] * 500)
        assert "X" not in parse(text).render()
    assert parse("[" * 5000) == NOTHING


@given(st.text(alphabet="AB.[](),|'\"* 1", max_size=40))
def test_any_text_is_read_and_what_is_rendered_reads_alike(text: str) -> None:
    read = parse(text)
    assert parse(read.render()).render() == read.render()
