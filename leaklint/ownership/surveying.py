"""What is known of suspects from run to run: what one tells of it, and how the next goes on from there."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from leaklint.ownership.carrying import own_name
from leaklint.ownership.effects import Effect
from leaklint.ownership.known_files import KnownFile, KnownFiles
from leaklint.ownership.survey import Survey, Surveyed
from leaklint.resolve.program import Imported
from leaklint.resolve.refs import Function


class RecalledFunction(NamedTuple):
    """What an earlier run tells of a function: the facts that this rests on, whether it comes by no resource, and what
    a call of it does, where it was interpreted."""

    function: Function
    rests: Any
    idle: bool
    effect: Effect | None


def survey(
    known: KnownFiles,
    idle: Container[Function],
    settled: Callable[[Function], int],
    effect: Callable[[Function], Effect | None],
) -> Survey:
    """What was found out since this was last asked, to go on from in another run. idle: the functions that come by no
    resource. settled: the facts that a function's analysis rests on. effect: what a call of one does, where it was
    interpreted."""
    program, trace = known.program, known.program.trace
    files = {}
    words: dict[str, Sequence[str]] = {}
    for path, file in known.files.items():
        if file.told:
            continue
        file.told = True
        libraries = known.libraries.of(path)
        words.update({one: sorted({one, *known.prefilter.words(one)}) for one in libraries if one not in words})
        module = program.name_at(Path(path)) if file.functions else ""
        suspects, resting = {}, []
        effects: dict[str, tuple[bytes, bytes]] = {}
        for name in sorted(file.functions):
            function = Function(module, name)
            rested = trace.set_of(known.rests.get(function, 0))
            suspects[name] = trace.share(rested | settled(function))
            if function in idle:
                resting.append(name)
            found = effect(function)
            if found is not None:
                effects[name] = found
        said, rests = program.known_imports(path)
        active, gives = sorted(file.active), sorted(file.gives)
        ways = b"" if _outlived(known, file) else known.ways(path)
        files[path] = Surveyed(
            sorted(libraries), *said, rests, file.reached, active, gives, suspects, ways, resting, effects
        )
    always = program.catalog.free_words | program.catalog.tops
    return Survey(list(known.imports.order), files, words, always)


def _outlived(known: KnownFiles, file: KnownFile) -> bool:
    """Whether something is active in a file only because of what others gave in an earlier run."""
    lost = itertools.chain(known.meanings.leading.lost(), known.meanings.making.lost())
    return file.stale or any(mask & file.reached and name in file.active for name, mask in lost)


def recall(
    known: KnownFiles, survey: Survey, stale: Container[str], again: Mapping[str, Container[str]]
) -> Iterator[RecalledFunction]:
    """Go on from a survey of an earlier run, but for some files, and functions of others, that are to be looked at
    anew. Gives those functions of which something is known."""
    program, meanings = known.program, known.meanings
    for path in survey.order:
        known.imports.bit(path)
    for path, one in survey.files.items():
        if one.ways and path not in stale:
            said = Imported(tuple(one.imports), one.stated, tuple(one.passed))
            program.recall_imports(path, said, one.rests)
    turned = 0
    for path, one in survey.files.items():
        bit = known.imports.bit(path)
        for kind, name in (*one.gives, *[("name", own_name(name)) for name in one.suspects]):
            if kind in meanings.by_kind:
                meanings.by_kind[kind].add_before(name, bit)
        if path in stale:
            known.open(path)
            said = program.imports_at(path)
            was = frozenset(one.libraries), tuple(one.imports), tuple(one.passed)
            if (known.libraries.of(path), said.files, said.passed) != was:
                turned |= bit
    for path, one in survey.files.items():
        if one.ways and path not in stale:
            yield from _recall(known, path, one, turned, again.get(path, ()))


def _recall(
    known: KnownFiles, path: str, one: Surveyed, turned: int, again: Container[str]
) -> Iterator[RecalledFunction]:
    program, meanings = known.program, known.meanings
    bit, reached = known.imports.bit(path), known.imports.reached(path)
    file = known.files[path] = KnownFile(bit, reached, None)
    file.active, file.functions, file.gives = set(one.active), set(one.suspects), set(one.gives)
    file.ways, file.told, file.asked = one.ways, True, not one.suspects
    file.stale = bool(turned & reached)
    known.libraries.note(path, bit, one.libraries)
    for kind, name in one.gives:
        if kind in meanings.by_kind:
            meanings.by_kind[kind].add(name, bit)
        elif kind == "take":
            known.receiving.add(_function(name))
        else:
            known.lambdas.add(_function(name))
    module = program.name_at(Path(path)) if one.suspects else ""
    for name, rests in one.suspects.items():
        meanings.name(own_name(name), bit)
        if name not in again:
            function = Function(module, name)
            known.rests[function] = program.trace.share(rests)
            effect = Effect(*one.effects[name]) if name in one.effects else None
            if name in one.idle or effect is not None:
                yield RecalledFunction(function, known.rests[function], name in one.idle, effect)


def _function(name: str) -> Function:
    module, _, own = name.rpartition(":")
    return Function(module, own)
