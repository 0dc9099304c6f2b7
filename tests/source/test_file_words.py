"""The words of a file are found again, whichever way they are looked for, and no others."""

from __future__ import annotations

from leaklint.source.file_words import FileWords

OF_FILE = [f"word_{number}" for number in range(0, 300, 3)]


def test_words_are_in_their_file() -> None:
    words = FileWords([*OF_FILE, *OF_FILE])
    assert {one for one in (f"word_{number}" for number in range(300)) if one in words} == set(OF_FILE)
    assert "word" not in words
    assert "" not in FileWords(())


def test_few_and_many_are_found_among_them() -> None:
    words = FileWords(OF_FILE)
    assert words.among({"word_3", "word_4"}) == {"word_3"}
    assert words.among({f"word_{number}": number for number in range(1000)}) == set(OF_FILE)
    assert words.among_numbered({hash(word): word for word in ("word_3", "word_4")}) == {"word_3"}
    assert words.among(()) == set()
    assert FileWords(()).among({"word_3"}) == set()
