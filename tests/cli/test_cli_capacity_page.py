"""The html report draws the pools of what it checked against the database's limit."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from running import Leaklint

POOLS = """\
from psycopg_pool import ConnectionPool
from sqlalchemy import create_engine

pool = ConnectionPool("dbname=shop", max_size={size})
engine = create_engine("postgresql:///shop", pool_size=5, max_overflow=0)
"""
STATED = "[capacity]\napp-servers = 4\nprocesses = 1\nmax-connections = 200\n"


def page(directory: Path, leaklint: Leaklint, size: int, name: str = "app.py") -> str:
    (directory / "leaklint.toml").write_text(STATED)
    (directory / name).write_text(POOLS.format(size=size))
    return leaklint("--output-format", "html", ".").out


def picture(text: str) -> ElementTree.Element:
    start = text.index("<svg xmlns")
    return ElementTree.fromstring(text[start : text.index("</svg>", start) + 6])


@pytest.mark.parametrize(("size", "sum_", "state"), [(100, "420 connections of 200", "over"), (40, "180", "fits")])
def test_the_picture_stands_in_the_page(tmp_path: Path, leaklint: Leaklint, size: int, sum_: str, state: str) -> None:
    text = page(tmp_path, leaklint, size)
    drawn = " ".join(picture(text).itertext())
    assert sum_ in drawn
    assert f"pool: {4 * size} (app.py:4)" in drawn
    assert "engine: 20 (app.py:5)" in drawn
    assert (f'<details class="capacity {state}" open>' in text) is (state == "over")
    assert ("set max_size of" in text) is (state == "over")


def test_a_project_without_pools_has_no_picture(project: Path, leaklint: Leaklint) -> None:
    text = leaklint("--output-format", "html", ".").out
    assert "LK102" in text
    assert 'class="capacity' not in text


def test_names_that_would_act_are_shown(tmp_path: Path, leaklint: Leaklint) -> None:
    text = page(tmp_path, leaklint, 100, "<b>\x1b[31m.py")
    assert "<b>\\x1b[31m.py:4" in " ".join(picture(text).itertext())
    assert "\x1b" not in text
    assert "<b>\\x1b" not in text


def test_numbers_that_cannot_be_leave_the_findings(project: Path, leaklint: Leaklint) -> None:
    (project / "app" / "pools.py").write_text(POOLS.format(size=10))
    (project / "postgresql.conf").write_text("max_connections = lots\n")
    ran = leaklint("--select", "LK1", "--output-format", "html", ".")
    assert ran.status == 1
    assert "LK102" in ran.out
    assert 'class="capacity' not in ran.out
    assert "postgresql.conf:1" in ran.err
