from __future__ import annotations

import pytest

from leaklint.source.occurrences import Use, use_of


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("", Use.NONE),
        ("reconnect()\nconnected = 1\n_connect()", Use.NONE),
        # Comments and strings: a word beside a word.
        ("# how to connect here", Use.NONE),
        ('"""Connect, then connect again."""', Use.NONE),
        ("'cannot connect'", Use.NONE),
        # Statements that import it, and what only stands in the same line.
        ("from psycopg2 import connect", Use.NONE),
        ("from psycopg2 import (connect)", Use.NONE),
        ("from psycopg2 import connect  # connect", Use.NONE),
        ("from psycopg2 import connect as c", Use.NAME),
        ("from psycopg2 import x; connect()", Use.NAME),
        ("import psycopg2; psycopg2.connect()", Use.VALUE),
        ("import psycopg2\rpsycopg2.connect()", Use.VALUE),
        ("try: from psycopg2 import connect", Use.VALUE),
        # Names.
        ("connect()", Use.NAME),
        ("return connect", Use.NAME),
        ("1if connect else 2", Use.NAME),
        ("x = connect if y else z", Use.NAME),
        ("[connect for connect in x]", Use.NAME),
        ("f(connect=1)", Use.NAME),
        ("def connect(): pass", Use.NAME),
        ("return \\\n  connect", Use.NAME),
        ("from connect import x", Use.NAME),
        # Values of attributes.
        ("x.connect()", Use.VALUE),
        ("x . connect", Use.VALUE),
        ("(x\n  .connect())", Use.VALUE),
        ("x.\\\n connect", Use.VALUE),
        ("x.connect == y", Use.VALUE),
        ("x.connect: int = 1", Use.VALUE),
        ("x.connect = 1", Use.NONE),
        ("x.connect = x.connect", Use.VALUE),
        # Names that are given as texts.
        ("getattr(x, 'connect')", Use.VALUE),
        ('getattr(x, "connect")', Use.VALUE),
        ("relationship('connect')", Use.NAME),
    ],
)
def test_what_a_word_is_to_a_text(text: str, use: Use) -> None:
    assert use_of(text, "connect") == use
