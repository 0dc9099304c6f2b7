"""What a call of a function does to its caller, in a form that is kept from run to run."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from leaklint.digest import blake2b
from leaklint.model import Span
from leaklint.ownership.summary import Handed, Outcome, Summary
from leaklint.resolve.refs import Function

_NOWHERE = Span(0, 0, 0, 0)
_ENCODER = msgspec.msgpack.Encoder()


class Effect(NamedTuple):
    """digest: tells whether it is another one; where in the files its steps lie does not count. data: the encoded
    summary, b"" where places in it may have moved since."""

    digest: bytes
    data: bytes


class Effects:
    """What an earlier run tells of calls of functions, as long as nothing tells otherwise. Summaries are decoded when
    they are asked for. used: the functions whose were."""

    def __init__(self) -> None:
        self._told: dict[Function, Effect] = {}
        self.used: dict[Function, Summary | None] = {}

    def tell(self, function: Function, effect: Effect) -> None:
        """Take this for what a call of a function does."""
        self._told[function] = effect

    def get(self, function: Function) -> Effect | None:
        """What is told of a function."""
        return self._told.get(function)

    def summary(self, function: Function) -> Summary | None:
        """The summary of a function; None where it has to be interpreted to know."""
        if function not in self.used:
            effect = self._told.get(function)
            if effect is None or not effect.data:
                return None
            try:
                self.used[function] = msgspec.msgpack.decode(effect.data, type=Summary)
            except msgspec.MsgspecError:
                self.used[function] = None
        return self.used[function]

    def drop(self, function: Function) -> bool:
        """Forget what is told of a function; whether anybody made use of it."""
        self._told.pop(function, None)
        return self.used.pop(function, None) is not None


def effect_of(summary: Summary, *, idle: bool) -> Effect | None:
    """The effect of a function with this summary; None where it cannot be kept. idle: it comes by no resource, and has
    this summary only where its caller gives it one."""
    try:
        placeless = msgspec.structs.replace(summary, outcomes=tuple(map(_placeless, summary.outcomes)))
        told = _ENCODER.encode((idle, placeless))
        return Effect(blake2b(told, digest_size=8).digest(), _ENCODER.encode(summary))
    except UnicodeEncodeError:
        return None


def _placeless(outcome: Outcome) -> Outcome:
    if not outcome.handed:
        return outcome
    return msgspec.structs.replace(outcome, handed=tuple(map(_handed_anywhere, outcome.handed)))


def _handed_anywhere(handed: Handed) -> Handed:
    steps = tuple(msgspec.structs.replace(step, span=_NOWHERE) for step in handed.steps)
    return msgspec.structs.replace(handed, steps=steps)
