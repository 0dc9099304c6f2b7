"""Which rule speaks for a site, how bad it is, and in which words."""

from __future__ import annotations

import msgspec
import pytest

from leaklint.catalog.schema import Resource
from leaklint.model import Confidence, Severity, Span
from leaklint.ownership.events import Leak, Misuse, Site, SiteReport, Step
from leaklint.rules.verdicts import findings
from leaklint.rules.wording import called, release_call, shortened

CONNECTION = Resource(
    name="connection", kind="connection", acquire=("psycopg2.connect",), release=("close",), with_="transaction"
)
POOLED = Resource(
    name="pooled connection",
    kind="pooled-connection",
    acquire=("psycopg2.pool.SimpleConnectionPool.getconn",),
    release_to=("putconn",),
    with_="transaction",
    dropped="slot-lost",
)
ENGINE = Resource(
    name="engine", kind="engine", acquire=("sqlalchemy.create_engine",), release=("dispose",), dropped="late"
)


def span(line: int) -> Span:
    return Span(line, 5, line, 40)


def site(resource: Resource = CONNECTION, expression: str = "psycopg2.connect(dsn)", bound: str = "conn") -> Site:
    return Site(
        path="app.py",
        span=span(10),
        function="load",
        module="app",
        resource=resource,
        library="psycopg2",
        expression=expression,
        sure=Confidence.HIGH,
        bound=bound,
    )


def leak(how: str, line: int = 14, exceptional: bool = False) -> Leak:
    return Leak(how=how, at=span(line), steps=(Step("app.py", span(line), f"lost by {how}"),), exceptional=exceptional)


def codes(report: SiteReport) -> list[str]:
    return [finding.code for finding in findings([report])]


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (SiteReport(site(), (leak("fallthrough"),)), ["LK101"]),
        (SiteReport(site(), (leak("fallthrough"), leak("exception", 12, True))), ["LK101"]),
        (SiteReport(site(), (leak("exception", 12, True),), released=True), ["LK102"]),
        (SiteReport(site(), (leak("exception", 12, True), leak("overwritten", 10, True)), released=True), ["LK102"]),
        (SiteReport(site(), (leak("return"), leak("exception", 12, True)), released=True), ["LK103"]),
        (SiteReport(site(), (leak("return"), leak("overwritten", 10)), released=True), ["LK103"]),
        (SiteReport(site(), (leak("overwritten"), leak("exception", 12, True)), released=True), ["LK104"]),
        (SiteReport(site(), (leak("overwritten"), leak("fallthrough", 20))), ["LK101"]),
        (SiteReport(site(bound=""), (leak("discarded", 10),)), ["LK105"]),
        (SiteReport(site(), (leak("yield", 11, True), leak("exception", 12, True)), released=True), ["LK106"]),
        (SiteReport(site(), (leak("yield", 11, True), leak("return"))), ["LK101"]),
        (SiteReport(site(), (leak("owner"),)), ["LK107"]),
        (SiteReport(site(ENGINE), (leak("fallthrough"),)), ["LK108"]),
        (SiteReport(site(ENGINE), (leak("exception", 12, True),), released=True), ["LK102"]),
        (SiteReport(site(), (leak("with"), leak("with", 12, True))), ["LK201"]),
        (SiteReport(site(), (leak("with", 12, True),), released=True), ["LK102"]),
        (SiteReport(site(POOLED), (leak("close-instead-of-return"),)), ["LK202"]),
        (SiteReport(site(POOLED), (leak("wrong-pool"),)), ["LK203"]),
        (SiteReport(site(), (leak("not-awaited"),)), ["LK204"]),
        (SiteReport(site(), (), (Misuse("double-release", span(15), ()),), released=True), ["LK205"]),
        (SiteReport(site(), (), (Misuse("use-after-release", span(15), ()),), released=True), ["LK206"]),
        (SiteReport(site(), (), (Misuse("release-of-unbound", span(15), ()),), released=True), ["LK207"]),
        (
            SiteReport(site(), (leak("exception", 12, True),), (Misuse("release-of-unbound", span(15), ()),), True),
            ["LK102"],
        ),
        (
            SiteReport(site(), (leak("return"),), (Misuse("use-after-release", span(15), ()),), True),
            ["LK103", "LK206"],
        ),
        (SiteReport(site(POOLED), (), (Misuse("close-instead-of-return", span(15), ()),), released=True), []),
        (SiteReport(site(), released=True), []),
    ],
)
def test_one_rule_speaks_for_a_leak_and_misuse_stands_beside_it(report: SiteReport, expected: list[str]) -> None:
    assert codes(report) == expected


@pytest.mark.parametrize(
    ("dropped", "severity"),
    [
        ("slot-lost", Severity.ERROR),
        ("leaked", Severity.ERROR),
        ("late", Severity.WARNING),
        ("closed", Severity.WARNING),
        ("harmless", Severity.NOTE),
    ],
)
def test_severity_follows_what_becomes_of_the_lost_object(dropped: str, severity: Severity) -> None:
    resource = msgspec.structs.replace(CONNECTION, dropped=dropped)
    (found,) = findings([SiteReport(site(resource), (leak("return"),))])
    assert found.severity is severity
    at_exit = msgspec.structs.replace(site(resource), ends_at_exit=True)
    (found,) = findings([SiteReport(at_exit, (leak("return"),))])
    assert found.severity is Severity.NOTE


@pytest.mark.parametrize(
    ("function", "facts", "one", "confidence"),
    [
        ("rebuild", {"ends_at_exit": True}, leak("return"), Confidence.LOW),
        ("rebuild", {"ends_at_exit": True}, leak("loop"), Confidence.HIGH),
        ("main", {"ends_at_exit": True}, leak("exception", 14, True), Confidence.LOW),
        ("main", {"ends_at_exit": True}, leak("return"), Confidence.LOW),
        ("main", {"ends_at_exit": True}, leak("discarded"), Confidence.HIGH),
        ("Orders.test_all", {"test_code": True}, leak("return"), Confidence.LOW),
        ("count", {"test_code": True}, leak("return"), Confidence.LOW),
        ("count", {"test_code": True}, leak("owner"), Confidence.HIGH),
        ("filled", {"test_code": True, "test_fixture": True}, leak("exception", 14, True), Confidence.LOW),
        ("filled", {"test_code": True, "test_fixture": True}, leak("return"), Confidence.HIGH),
    ],
)
def test_what_ends_with_its_process_or_test_is_hardly_worth_a_word(
    function: str, facts: dict[str, bool], one: Leak, confidence: Confidence
) -> None:
    where = msgspec.structs.replace(site(), function=function, **facts)
    (found,) = findings([SiteReport(where, (one,))])
    assert found.confidence is confidence


def test_the_obligation_of_a_projects_own_class_is_never_quite_sure() -> None:
    owner = msgspec.structs.replace(site(), owner=True, derived=True)
    (found,) = findings([SiteReport(owner, (leak("return"),))])
    assert found.confidence is Confidence.MEDIUM


def test_a_message_names_the_variable_the_library_and_the_line() -> None:
    returned = (span(20),)
    report = SiteReport(site(POOLED, "pool.getconn()"), (leak("exception", 14, True),), (), True, returned)
    (found,) = findings([report])
    assert found.message == "`conn` (psycopg2 pooled connection) is not given back when line 14 raises"
    assert found.help == "Call `pool.putconn(conn)` in a `finally:` whose `try:` begins right after line 10."
    assert [(step.line, step.message) for step in found.witness] == [(14, "lost by exception")]
    assert (found.function, found.library, found.resource) == ("load", "psycopg2", "pooled connection")


def test_what_is_handed_on_is_not_to_be_released_in_a_finally() -> None:
    report = SiteReport(site(), (leak("exception", 14, True),), released=True)
    (found,) = findings([report])
    assert found.help.endswith("in a `try:` whose `except BaseException:` calls `conn.close()` and raises again.")


def test_findings_come_in_the_order_of_their_places() -> None:
    second = msgspec.structs.replace(site(), span=span(3))
    reports = [SiteReport(site(), (leak("return"),)), SiteReport(second, (leak("return"),))]
    assert [found.line for found in findings(reports)] == [3, 10]


@pytest.mark.parametrize(
    ("expression", "function"),
    [
        ("pool.getconn()", "pool.getconn"),
        ("get_pool().getconn(key=f(1))", "get_pool().getconn"),
        ("self._pools[name].getconn()", "self._pools[name].getconn"),
        ("conn", "conn"),
        ("broken)", "broken)"),
    ],
)
def test_what_is_called_is_found_before_the_last_parentheses(expression: str, function: str) -> None:
    assert called(expression) == function


def test_the_release_names_the_pool_it_came_from() -> None:
    assert release_call(site(POOLED, "self._pool.getconn()")) == "self._pool.putconn(conn)"
    awaited = msgspec.structs.replace(POOLED, release_to=("release",), release_awaited="yes")
    assert release_call(site(awaited, "pool.acquire()")) == "await pool.release(conn)"


def test_a_release_that_is_a_plain_call_is_not_to_be_awaited() -> None:
    row = msgspec.structs.replace(
        CONNECTION, release=("close", "ensure_closed"), release_awaited="yes", release_plain=("close",)
    )
    assert release_call(site(row)) == "conn.close()"


def test_long_expressions_are_shortened() -> None:
    assert (
        shortened("psycopg2.connect(\n    host='a-long-host-name.example.org', dbname='shop')")
        == "psycopg2.connect(...)"
    )
    assert shortened("connect(dsn)") == "connect(dsn)"
    assert shortened("pool.getconn") == "pool.getconn()"


def test_an_example_never_calls_on_a_name_that_is_not_there() -> None:
    (found,) = findings([SiteReport(site(bound=""), (leak("return"),))])
    assert found.message.startswith("the psycopg2 connection from `psycopg2.connect(dsn)` is never closed")
    assert found.help == "Bind it to a name and call `conn.close()` in a `finally:`."
