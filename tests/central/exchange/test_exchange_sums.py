"""Laws of what leaves: every sum is the sum in the books, in every form."""

import csv
import io
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from central.database import reading
from central.ingest.listening import state_in_words
from central.royalties import store
from central.royalties.books import received
from central.royalties.ledger import Account


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.text)))


def minor_of(rows, column="amount"):
    return sum(int(Decimal(row[column]) * 100) for row in rows)


def in_ledger(office, closed, kind, key):
    with reading(office.books) as connection:
        account = Account(kind, str(key))
        return received(
            connection, account, currency="KZT", distribution_id=closed.distribution.id
        ).minor


def test_lines_are_the_statement_the_payment_and_the_ledger(office, closed, ask):
    paid = {int(row["statement_id"]): row for row in rows_of(ask("/distributions/1/payments.csv"))}

    assert paid.keys() == {head.id for head in closed.statements}
    for head in closed.statements:
        lines = rows_of(ask(f"/statements/{head.id}.csv"))
        said = {
            minor_of(lines),
            head.total.minor,
            minor_of([paid[head.id]]),
            in_ledger(office, closed, "rightholder", head.party_id),
        }

        assert said == {head.total.minor}
        assert paid[head.id]["rightholder"] == head.party_name


def test_the_annex_sums_to_what_the_venue_owes(office, closed, ask, theatre):
    fees = minor_of(rows_of(ask("/distributions/1/annex.csv")), "fee")

    assert fees == 100_001 + 777 == -in_ledger(office, closed, "licensee", theatre.venue_id)


@pytest.mark.parametrize(
    ("tongue", "words"),
    [("kk", "ішінен"), ("ru", "прослушано"), ("en", "listened to")],
)
def test_annex_and_statement_say_beside_each_event_how_it_was_listened_to(
    office, closed, ask, theatre, tongue, words
):
    """An evening nobody listened to, and one in which nothing known was played, are not alike."""
    box = office.box(theatre.hall_id)
    event = ask("/events").json()[0]
    began, ended = (datetime.fromisoformat(event[name]) for name in ("starts_at", "ends_at"))
    pulled = ended - timedelta(minutes=7)
    box.receipt(box.covered(1, "heard", began, pulled), box.covered(2, "unplugged", pulled, ended))

    annex = rows_of(ask("/distributions/1/annex.csv", lang=tongue))
    statement = ask("/statements/1.json", lang=tongue).json()

    told = {row["event_id"]: row["listened"] for row in annex}
    assert state_in_words("unplugged", tongue) in told[str(event["id"])]
    assert words in told[str(event["id"])]
    assert len(set(told.values())) == len(told)
    assert any(told[str(event["id"])] in note for note in statement["notes"])


def test_the_unidentified_sum_to_suspense_reason_by_reason(office, closed, ask):
    listed = Counter()
    for row in rows_of(ask("/distributions/1/unidentified.csv")):
        listed[row["reason"]] += minor_of([row])

    assert listed.keys() == {"unknown-recording", "nothing-heard"}
    assert listed == {r: in_ledger(office, closed, "suspense", r) for r in listed}


def test_the_platform_is_told_of_every_unit_paid_or_waiting(closed, ask):
    told = ask("/distributions/1/platform.json").json()

    moved = sum(row["amount"]["minor"] + row["waiting"]["minor"] for row in told["rows"])

    assert moved == 100_001 + 777 == sum(one["amount"]["minor"] for one in told["totals"])


def test_a_year_is_divided_without_rest(closed, ask):
    table = {
        (row["measure"], row["reason"]): row for row in rows_of(ask("/years/2026/transparency.csv"))
    }
    parts = [row for (measure, _), row in table.items() if measure != "fees"]

    assert minor_of([table["fees", ""]]) == minor_of(parts) == 100_778
    assert minor_of([table["paid", ""]]) == sum(head.total.minor for head in closed.statements)


@pytest.mark.parametrize(
    "path",
    [
        "/statements/1",
        "/distributions/1/payments",
        "/distributions/1/annex",
        "/distributions/1/unidentified",
        "/distributions/1/platform",
        "/years/2026/transparency",
    ],
)
def test_the_workbook_holds_the_numbers_of_the_plain_file(closed, ask, path):
    plain = rows_of(ask(f"{path}.csv"))
    book = load_workbook(io.BytesIO(ask(f"{path}.xlsx", lang="kk").content))
    table = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))

    assert len(table) == len(plain) > 0
    for column, name in enumerate(plain[0]):
        if name in ("amount", "fee", "waiting"):
            assert [Decimal(str(row[column])) for row in table] == [
                Decimal(row[name]) for row in plain
            ]


def test_nobody_is_paid_from_a_closing_that_recognised_nothing(theatre, ask):
    theatre.event()
    theatre.close()
    with reading(theatre.books) as connection:
        waits = store.closed_events(connection, 1)[0].suspended()

    assert rows_of(ask("/distributions/1/payments.csv")) == []
    assert minor_of(rows_of(ask("/distributions/1/unidentified.csv"))) == waits.minor == 100_001
