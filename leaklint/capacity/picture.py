"""A budget as a picture: the pools stacked against the limit."""

from __future__ import annotations

from html import escape

from leaklint.capacity.model import Budget
from leaklint.capacity.servers import families
from leaklint.source.problem import printable

_WIDTH, _BAR, _LEFT, _TOP = 760, 44, 20, 64
_COLOURS = ("#2a78d6", "#1baf7a", "#eda100", "#4a3aa7", "#eb6834", "#008300", "#e87ba4", "#52514e")
_INKS = {"over": "#d03b3a", "ink": "#0b0b0b", "soft": "#52514e"}


def as_svg(budget: Budget) -> str:
    """A stacked bar of what each pool may open, against the limit and the limit less its reserve.

    Its colours are for a light page; whoever draws it on a dark one gives the classes others.
    """
    bouncer, available = budget.deployment.bouncer, budget.deployment.ceiling
    limit = available if bouncer is not None else budget.deployment.limit.value
    scale = (_WIDTH - 2 * _LEFT) / (max(budget.total, limit) * 1.04 or 1)
    shares = [share for share in budget.shares if share.total]
    height = _TOP + _BAR + 64 + 20 * len(shares)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="13">',
        f"<title>{escape(title(budget))}</title>",
        f'<rect class="paper" width="{_WIDTH}" height="{height}" fill="#fcfcfb"/>',
        _text(_LEFT, 24, title(budget), "ink" if budget.fits else "over", weight=600),
        f'<rect class="room" x="{_LEFT}" y="{_TOP}" width="{limit * scale:.1f}" height="{_BAR}" fill="#f0efec"/>',
    ]
    offset = float(_LEFT)
    for index, share in enumerate(shares):
        wide = (share.total or 0) * scale
        colour = _COLOURS[index % len(_COLOURS)]
        name = share.pool.name or share.pool.builds
        label = printable(f"{name}: {share.total} ({share.pool.place})")
        parts.append(
            f'<rect x="{offset:.1f}" y="{_TOP}" width="{max(wide - 2, 1):.1f}" height="{_BAR}" rx="2" fill="{colour}">'
            f"<title>{escape(label)}</title></rect>"
        )
        parts.append(f'<rect x="{_LEFT}" y="{_TOP + _BAR + 50 + 20 * index}" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(_LEFT + 20, _TOP + _BAR + 61 + 20 * index, label, "soft"))
        offset += wide
    had = f"{available} to be had" if bouncer is None else f"max_client_conn {available} of PgBouncer"
    parts += _mark(_LEFT + available * scale, had, "over", below=True)
    if limit != available:
        parts += _mark(_LEFT + limit * scale, f"limit {limit}", "soft", below=False)
    return "\n".join([*parts, "</svg>"]) + "\n"


def title(budget: Budget) -> str:
    """The sum in one line."""
    deployed = budget.deployment
    name = "PgBouncer" if deployed.bouncer is not None else families()[budget.server].title
    limit = deployed.ceiling if deployed.bouncer is not None else deployed.limit.value
    over = budget.total - deployed.ceiling
    state = f"{over} too many" if over > 0 else f"{limit - budget.total} left"
    return f"{name}: {budget.total} connections of {limit}: {state}"


def _mark(at: float, label: str, ink: str, *, below: bool) -> list[str]:
    anchor = "end" if at > _WIDTH * 0.6 else "start"
    shift = -6 if anchor == "end" else 6
    y = _TOP + _BAR + 22 if below else _TOP - 12
    line = (
        f'<line class="{ink}" x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP - 8}" y2="{_TOP + _BAR + 8}" '
        f'stroke="{_INKS[ink]}" stroke-width="2"/>'
    )
    return [line, _text(at + shift, y, label, ink, anchor=anchor)]


def _text(x: float, y: float, text: str, ink: str, *, anchor: str = "start", weight: int = 400) -> str:
    return (
        f'<text class="{ink}" x="{x:.1f}" y="{y:.1f}" fill="{_INKS[ink]}" text-anchor="{anchor}" '
        f'font-weight="{weight}">'
        f"{escape(text)}</text>"
    )
