"""A rightholder's statement: one line for each amount, with all it was computed from."""

from collections.abc import Iterator

from sqlalchemy import Connection

from central.exchange.frame import columns, facts_of, hall_clock, notes_of
from central.exchange.report import Report, Row, length_text
from central.exchange.tongues import word
from central.ingest.said import listened_at
from central.royalties.closed import Statement, StatementHead
from central.royalties.later.reading import statement_of
from central.royalties.money import Money

KEYS = (
    "statement_id",
    "distribution_id",
    "rule",
    "rightholder_id",
    "rightholder",
    "event_id",
    "event",
    "play_id",
    "started_at",
    "ended_at",
    "performed_milliseconds",
    "work_id",
    "work",
    "recording_id",
    "recording",
    "role",
    "share_basis_points",
    "amount",
    "currency",
    "detections",
)
_WIDTHS = {
    "started_at": 17,
    "event": 23,
    "work": 27,
    "recording": 23,
    "role": 16,
    "share_basis_points": 9,
    "performed_milliseconds": 14,
    "amount": 16,
}


def statement_report(connection: Connection, statement_id: int, tongue: str) -> Report:
    """The statement of that number.

    Raises:
        Unknown: there is none.
    """
    statement = statement_of(connection, statement_id)
    head, distribution = statement.head, statement.distribution
    whose = (
        (word("statement_id", tongue), str(head.id)),
        (word("rightholder", tongue), head.party_name),
    )
    return Report(
        name=f"statement-{head.id}",
        title=f"{word('statement', tongue)} {head.id}",
        tongue=tongue,
        dated=distribution.closed_at,
        columns=columns(KEYS, tongue, _WIDTHS),
        rows=_rows(statement),
        facts=whose + facts_of(distribution, tongue),
        totals=((word("total", tongue), head.total), *_ends(head, tongue)),
        notes=(
            *_origins(connection, statement, tongue),
            *notes_of(distribution, tongue),
            word("prove_it", tongue),
        ),
    )


def _origins(connection: Connection, statement: Statement, tongue: str) -> Iterator[str]:
    """For each event that paid him: what came in, was taken first, was divided, was listened to."""
    events = {line.event_id: line for line in statement.lines}
    listened = listened_at(connection, events, tongue)
    for line in events.values():
        day = hall_clock(line.play.started_at, statement.distribution)
        left, taken = line.fee, ""
        for name, amount in line.deductions:
            left -= amount
            taken += f" − {word(name, tongue)} {amount.text(tongue)}"
        divided = f" = {left.text(tongue)}" if taken else ""
        yield (
            f"{word('how_the_money_came', tongue)}: {line.event_title}, {line.hall},"
            f" {day:%Y-%m-%d}: {word('fee', tongue)} {line.fee.text(tongue)}{taken}{divided};"
            f" {word('performed_milliseconds', tongue)} {length_text(line.event_milliseconds)};"
            f" {listened[line.event_id]}"
        )


def _ends(head: StatementHead, tongue: str) -> tuple[tuple[str, Money], ...]:
    """What was brought forward, recovered, paid out and carried over."""
    if head.account is None:
        return ()
    ends = head.account
    told = {
        "brought": ends.brought,
        "recovered": ends.recovered,
        "paid_out": ends.paid,
        "carried": ends.carried,
    }
    return tuple(
        (word(key, tongue), Money(minor, head.total.currency)) for key, minor in told.items()
    )


def _rows(statement: Statement) -> Iterator[Row]:
    head, distribution = statement.head, statement.distribution
    for line in statement.lines:
        play = line.play
        yield (
            head.id,
            distribution.id,
            distribution.rule,
            head.party_id,
            head.party_name,
            line.event_id,
            line.event_title,
            play.id,
            hall_clock(play.started_at, distribution),
            hall_clock(play.ended_at, distribution),
            play.milliseconds,
            play.work_id,
            play.work_title,
            play.recording_id,
            play.recording_title,
            line.role,
            line.basis_points,
            line.amount,
            line.amount.currency,
            " ".join(heard.key for heard in play.detections),
        )
