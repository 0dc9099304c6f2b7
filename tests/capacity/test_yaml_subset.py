"""The small YAML reader: what it reads, what it declines, and that no text harms it."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaklint.capacity.yaml_subset import NotUnderstood, Scalar, documents

COMPOSE = """\
# a comment
services:
  web:
    image: "app:1"  # another
    command: ["gunicorn", '-w', 4]
    deploy: {}
    environment:
    - A=1
    - name: B
      value: 'x # y'
  db:
    command: >
      postgres
      -c max_connections=200
---
kind: Deployment
"""


def test_values_and_lines() -> None:
    first, second = documents(COMPOSE)
    assert first[("services", "web", "image")] == Scalar("app:1", 4)
    assert first[("services", "web", "command")].items == ("gunicorn", "-w", "4")
    assert first[("services", "web", "environment", 0)] == Scalar("A=1", 8)
    assert first[("services", "web", "environment", 1, "value")] == Scalar("x # y", 10)
    assert first[("services", "db", "command")] == Scalar("postgres\n-c max_connections=200", 12)
    assert second == {("kind",): Scalar("Deployment", 16)}


@pytest.mark.parametrize("text", ["a: &x\n", "a: *x\n", "a: !tag b\n", "a: {{ .Values.x }}\n", "a: [b,\n", "\ta: b\n"])
def test_what_is_not_understood_is_declined_with_its_line(text: str) -> None:
    with pytest.raises(NotUnderstood) as raised:
        documents("first: 1\n" + text)
    assert raised.value.line == 2


@given(st.lists(st.sampled_from([*" \n-:[]{}'\"#&*|>%=;x\t", "a: ", "- ", "\n  ", "---\n"]), max_size=60).map("".join))
def test_any_text_is_read_or_declined(text: str) -> None:
    with contextlib.suppress(NotUnderstood):
        found = documents(text)
        assert all(1 <= one.line <= text.count("\n") + 1 for document in found for one in document.values())


@pytest.mark.parametrize("text", ["- " * 50_000, "a:\n" * 50_000, "- x\n" * 50_000, "  - x: " * 20_000])
def test_large_texts_take_no_long_time(text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(NotUnderstood):
        documents(text)
    assert time.process_time() - started < 5
