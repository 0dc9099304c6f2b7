"""What an edit of one file changes of the facts, so that all that rests on others still holds.

A space at the end of a line changes nothing but the text; a statement in a function, the body of that function, and
where the words of the statement are mentioned. What else stands in the file has moved, at most.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from leaklint import ir
from leaklint.lowering.module import Procedures
from leaklint.model import Span
from leaklint.ownership.moving import Move
from leaklint.resolve.program import Program
from leaklint.resolve.trace import Fact, Trace
from leaklint.source.prefilter import holds, identifiers

_WORD = re.compile(r"\w+")
_NOWHERE = Span(0, 0, 0, 0)


class Difference(NamedTuple):
    """file: its absolute path. move: where its lines went. about: the facts about its text that were noted so far.
    gone: the facts that are no longer what they were, those of them and which files have a word. procedures: the names
    of those that are new or not what they were; None where that may be all of them."""

    file: str
    move: Move
    about: int
    gone: int
    procedures: frozenset[str] | None


def difference(before: Program, after: Program, file: str) -> Difference:
    """What the text of a file (its absolute path) in `after` changes."""
    trace, place = before.trace, Path(file)
    mask = trace.mask
    was, now = before.module_at(place), after.module_at(place)
    texts = before.text_at(file) or "", after.text_at(file) or ""
    move = Move.between(now.path if now is not None else "", before.name_at(place), texts)
    trace.mask = mask
    facts = trace.about(file)
    about = trace.bits((*facts, ("text", file)))
    searched = trace.bits(_searched_for(trace, *texts))
    if not trace.by_word or was is None or now is None or _outline(was) != _outline(now):
        return Difference(file, move, about, about | searched, None)
    same = frozenset(_same(was, now, move))
    mentioned = _mentioned(was, now, *texts)

    def is_gone(fact: Fact) -> bool:
        kind, _, *what = fact
        if kind == "body":
            return what[0] not in same
        if kind == "mention":
            return what[0] in mentioned or _WORD.fullmatch(what[0]) is None
        if kind == "scan":
            scan, *more = what
            differs: bool = scan(texts[0], *more) != scan(texts[1], *more)
            return differs
        return bool(kind == "text")

    gone = trace.bits((*filter(is_gone, facts), ("text", file)))
    return Difference(file, move, about, gone | searched, frozenset(now.signatures.keys() - same))


def _searched_for(trace: Trace, before: str, after: str) -> Iterator[Fact]:
    """The facts about which files have a word that are others now: one file has it, or has it no longer."""
    lost, won = _differing(before.split("\n"), after.split("\n"))
    for word in set(identifiers(_data(lost))) ^ set(identifiers(_data(won))):
        fact = ("word", word)
        if trace.has_met(fact) and holds(_data([before]), word) != holds(_data([after]), word):
            yield fact


def _data(lines: Iterable[str]) -> bytes:
    return "\n".join(lines).encode("utf-8", "replace")


def _outline(module: ir.ModuleIR) -> tuple[Any, ...]:
    """What a module declares, wherever it stands. Lambdas belong to the bodies that they are in."""
    return (
        module.is_package,
        module.all_names,
        [(one.name, one.module, one.attribute) for one in module.imports],
        [msgspec.structs.replace(one, span=_NOWHERE) for one in module.classes.values()],
        [
            msgspec.structs.replace(one, span=_NOWHERE)
            for one in module.signatures.values()
            if "<lambda" not in one.name
        ],
    )


def _same(was: ir.ModuleIR, now: ir.ModuleIR, move: Move) -> Iterator[str]:
    """The procedures whose graphs are the same, save that their lines may have moved."""
    old, new = was.procedures, now.procedures
    if not isinstance(old, Procedures) or not isinstance(new, Procedures):
        return
    unchanged = new.unchanged(old)
    for name, signature in now.signatures.items():
        before = was.signatures.get(name)
        if before is None:
            continue
        if name in unchanged and move.span(before.span) == signature.span:
            if before.span == signature.span or signature.kind in ("function", "method"):
                yield name
                continue
        first, second = old.at_hand(name), new.at_hand(name)
        if first is not None and second is not None and move.same_graph(_plain(first), _plain(second)):
            yield name


def _plain(procedure: ir.Procedure) -> ir.Procedure:
    """A graph without the extents of the functions and classes that it defines: they are nobody's concern."""
    if procedure.kind not in ("class", "module"):
        return procedure
    steps = (step for block in procedure.blocks for step in block.instructions)
    defined = {step.span for step in steps if isinstance(step, (ir.MakeFunction, ir.MakeClass))}

    def plain(step: ir.AnyInstruction) -> Any:
        return msgspec.structs.replace(step, span=_NOWHERE) if step.span in defined else step

    blocks = (ir.Block(tuple(map(plain, one.instructions)), one.terminator, one.handler) for one in procedure.blocks)
    return msgspec.structs.replace(procedure, blocks=tuple(blocks))


def _mentioned(was: ir.ModuleIR, now: ir.ModuleIR, before: str, after: str) -> frozenset[str]:
    """The words that stand in other procedures than before, and perhaps some more. Lambdas do not count: the body of
    one that is new, or gone, is another fact."""
    old, new = before.split("\n"), after.split("\n")
    found: set[str] = set()
    for name, signature in now.signatures.items():
        if name not in was.signatures or "<lambda" in name:
            continue
        first, second = (_lines(*one) for one in ((old, was.signatures[name].span), (new, signature.span)))
        if first != second:
            lost, won = _differing(first, second)
            found |= _words(lost) ^ _words(won)
    return frozenset(found)


def _differing(before: list[str], after: list[str]) -> tuple[Counter[str], Counter[str]]:
    """The lines that are gone, and those that have come."""
    old, new = Counter(before), Counter(after)
    return old - new, new - old


def _lines(text: list[str], span: Span) -> list[str]:
    return text[span.line - 1 : span.end_line]


def _words(lines: Iterable[str]) -> set[str]:
    return set(_WORD.findall("\n".join(lines)))
