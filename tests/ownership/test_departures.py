"""The statement that a finding names as the one where a path departs."""

from __future__ import annotations

from leaklint import api

ROUNDS = """\
import psycopg2

def healthiest(members):
    for member in members:
        try:
            conn = psycopg2.connect(member)
            conn.cursor().execute("select 1")
            conn.close()
        except psycopg2.OperationalError:
            continue
    return True
"""


def test_what_the_next_round_overwrites_departed_where_something_raised() -> None:
    [finding] = api.check_source(ROUNDS, "cluster.py")
    assert finding.code == "LK102"
    assert "when line 7 raises" in finding.message
