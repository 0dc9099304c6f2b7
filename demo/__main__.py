"""`python -m demo [DIRECTORY]`: the whole story in one command. Writes sessions.svg and results.json to DIRECTORY."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from demo.picture import sessions_over_time
from demo.server import MAX_CONNECTIONS, postgres
from demo.story import Kind, Service, kinds, service

_WATCHING = 1
"""Connections that the demonstration itself has open, to count the others."""


def main(target: Path) -> int:
    """Run it; 1 unless the repaired service served everything."""
    with postgres() as server, tempfile.TemporaryDirectory() as work:
        print(f"PostgreSQL with max_connections = {MAX_CONNECTIONS}, one of which watches the others.\n")
        alone = kinds(server, Path(work))
        print(_table(alone))
        whole = service(server, Path(work))
        print(_told(whole))
    target.mkdir(parents=True, exist_ok=True)
    picture = sessions_over_time(
        whole.before.samples, whole.after.samples, MAX_CONNECTIONS, MAX_CONNECTIONS - _WATCHING
    )
    (target / "sessions.svg").write_text(picture, encoding="utf-8")
    results = {"kinds": [kind._asdict() for kind in alone], "service": _results(whole)}
    (target / "results.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(f"\n{target / 'sessions.svg'} and {target / 'results.json'} written")
    return int(bool(whole.after.refusals))


def _table(alone: list[Kind]) -> str:
    rows = [("one leak alone", "reported", "lost per 100 requests", "refused after", "after --fix", "refused")]
    for kind in alone:
        before, after = kind.before, kind.after
        rate = round(100 * before["lost"] / max(before["served"], 1))
        rows.append(
            (
                kind.name,
                kind.code,
                f"{rate} {before['of']}",
                "-" if before["before_refusal"] is None else f"{before['before_refusal']} requests",
                f"{after['lost']} {after['of']}{'' if kind.by_hand is None else ' (by hand)'}",
                str(after["refused"]),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def _told(whole: Service) -> str:
    lines = [
        "",
        f"The service: leaklint reports {', '.join(whole.reported)}; after --fix {', '.join(whole.left) or 'nothing'}",
    ]
    for name, run in (("before", whole.before), ("after", whole.after)):
        counts = ", ".join(f"{count} x {status}" for status, count in sorted(run.statuses.items()))
        most = max((count for _, count in run.samples), default=0)
        lines.append(f"  {name:<7} {counts}; at most {most} sessions, {run.steady} at the end")
        lines += [f"          {count} x {text[:140]}" for text, count in run.refusals.most_common(3)]
    return "\n".join(lines)


def _results(whole: Service) -> dict[str, object]:
    return {
        "reported": whole.reported,
        "left": whole.left,
        **{
            name: {
                "statuses": dict(run.statuses),
                "refusals": dict(run.refusals.most_common(5)),
                "most_sessions": max((count for _, count in run.samples), default=0),
                "sessions_at_the_end": run.steady,
            }
            for name, run in (("before", whole.before), ("after", whole.after))
        },
    }


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo-results")))
