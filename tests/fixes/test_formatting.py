"""However a function is laid out, its repair parses, closes the leak and keeps each line's own text."""

from __future__ import annotations

import ast
import re
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fixes.repairing import inputs, repaired, style_of

TEXTS = [path.read_text(encoding="utf-8") for path in inputs()]
# The layouts are made by lines: no string or logical line may go over several, and a step must be four spaces.
PLAIN = [text for text in TEXTS if not re.search(r'"""|\\\n|\t|^  \S', text, re.MULTILINE)]
if sys.version_info < (3, 11):  # the test itself parses them
    PLAIN = [text for text in PLAIN if "except*" not in text]
NOISE = st.sampled_from(["", "", "", "", "\n", "\n\n", "# note {}\n", "\n# note {}\n"])


@st.composite
def laid_out(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(PLAIN))
    unit = draw(st.sampled_from(["    ", "  ", "\t", "   "]))
    lines: list[str] = []
    depth = 0
    for number, line in enumerate(text.splitlines(keepends=True)):
        bare = line.lstrip(" ")
        steps = (len(line) - len(bare)) // 4
        if depth == 0 and bare.strip() and "@" not in (lines[-1:] or [""])[0]:
            noise = draw(NOISE).format(number)
            margin = unit * steps
            lines += [margin + one if one.strip() else one for one in noise.splitlines(keepends=True)]
        depth += sum(bare.count(c) for c in "([{") - sum(bare.count(c) for c in ")]}")
        end = draw(st.sampled_from(["\n", "\n", f"  # end {number}\n"])) if bare.strip() else "\n"
        lines.append(unit * steps + bare.rstrip("\n") + end)
    return "".join(lines)


@settings(max_examples=50, deadline=None)
@given(laid_out())
def test_any_layout_is_repaired_and_keeps_its_comments(text: str) -> None:
    ast.parse(text)
    fixed = repaired(text, style_of(text)).text
    ast.parse(fixed)
    before, after = (sorted(re.findall(r"# (?:note|end) \d+", one)) for one in (text, fixed))
    own_line = sorted(re.findall(r"# note \d+", text))
    assert sorted(re.findall(r"# note \d+", fixed)) == own_line
    # A comment behind a header or a bare `raise` that the repair takes away goes with it.
    assert set(after) <= set(before)
    assert repaired(fixed, style_of(text)).text == fixed


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(TEXTS), st.sampled_from(TEXTS))
def test_repairs_of_one_function_do_not_depend_on_the_others(one: str, other: str) -> None:
    names = [
        set(re.findall(r"^(?:async def |def |class )?(\w+)(?: =|\()", text, re.MULTILINE)) for text in (one, other)
    ]
    if "__future__" in one + other or names[0] & names[1] or "contextlib" in other:
        # A file that imports contextlib already gets `contextlib.closing` for `closing`.
        return
    alone = repaired(one, style_of(one)).text
    both = repaired(one + "\n\n" + other, style_of(one)).text
    functions = re.split(r"^(?=def|async def|class|@)", alone, flags=re.MULTILINE)[1:]
    assert all(function.strip() in both for function in functions)
