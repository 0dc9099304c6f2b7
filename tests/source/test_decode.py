from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaklint.source.decode import Undecodable, decode, split_lines


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        (b"", "utf-8", ""),
        ("x = 'ä'\r\n".encode(), "utf-8", "x = 'ä'\r\n"),
        (codecs.BOM_UTF8 + b"# coding: utf-8\nx\n", "utf-8", "# coding: utf-8\nx\n"),
        (b"# -*- coding: latin-1 -*-\n'\xe4'", "iso8859-1", "# -*- coding: latin-1 -*-\n'ä'"),
        (
            b"#!/bin/python\r# vim: fileencoding=cp1252 :\r'\x80'",
            "cp1252",
            "#!/bin/python\r# vim: fileencoding=cp1252 :\r'€'",
        ),
        (b"x = 1\n# coding: latin-1\n", "utf-8", "x = 1\n# coding: latin-1\n"),
        (b"\n\n# coding: latin-1\n", "utf-8", "\n\n# coding: latin-1\n"),
    ],
)
def test_text_and_bytes_are_the_same_thing(data: bytes, encoding: str, text: str) -> None:
    source = decode(data)
    assert (source.encoding, source.text) == (encoding, text)
    assert source.encode(source.text) == data


@pytest.mark.parametrize(
    ("data", "line", "column", "cause"),
    [
        (b"x = 1\ny = '\0'\n", 2, 6, "null byte; this is no Python source"),
        (b"ok\r\n'\xff'", 2, 2, "byte 0xff is not utf-8; declare the file's encoding"),
        (b"\xef\xbb\xbf'\xff'", 1, 5, "byte 0xff is not utf-8; declare the file's encoding"),
        (b"# coding: klingon\n", 1, 11, "unknown encoding 'klingon'; declare a known one"),
        (b"# coding: rot13\n", 1, 11, "'rot13' is no text encoding; declare a known one"),
        (b"# coding: hex\n", 1, 11, "'hex' is no text encoding; declare a known one"),
        (codecs.BOM_UTF8 + b"# coding: latin-1\n", 1, 11, "a UTF-8 byte order mark, but encoding 'latin-1' declared"),
    ],
)
def test_what_is_no_text_says_where(data: bytes, line: int, column: int, cause: str) -> None:
    with pytest.raises(Undecodable) as caught:
        decode(data)
    assert (caught.value.line, caught.value.column, caught.value.cause) == (line, column, cause)


@pytest.mark.parametrize(
    "codec", ["utf-7", "unicode_escape", "raw_unicode_escape", "utf-16", "punycode", "idna", "mbcs"]
)
def test_codecs_that_lose_bytes_are_refused_or_exact(codec: str) -> None:
    data = b"# coding: " + codec.encode() + b"\nx = '+AGE-' \\u0041 \\x41\n"
    try:
        source = decode(data)
    except Undecodable:
        return
    assert source.encode(source.text) == data


@given(st.binary(max_size=200))
def test_any_bytes_decode_exactly_or_not_at_all(data: bytes) -> None:
    try:
        source = decode(data)
    except Undecodable:
        return
    assert source.encode(source.text) == data


def test_only_pythons_line_endings_end_lines() -> None:
    assert split_lines("a\x0cb\rc\u2028d\r\ne\n") == ["a\x0cb", "c\u2028d", "e", ""]
