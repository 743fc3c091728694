"""A CWR file comes in as far as it is right; the acknowledgement says of the rest what and why."""

from datetime import UTC, datetime

import pytest

from central.database import reading, writing
from central.repertoire.cwr import acknowledgement
from central.repertoire.cwr.acknowledgement import Sender
from central.repertoire.cwr.intake import take_file
from central.repertoire.cwr.layout import FIELDS, width
from central.repertoire.imports import acknowledgement_of, import_of
from central.repertoire.lists import parties, works, works_like

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def record(kind, **fields):
    """One record, each field in its place."""
    line = [" "] * width(kind)
    for name, value in ({"kind": kind} | fields).items():
        place = FIELDS[kind][name]
        line[place] = list(f"{value:<{place.stop - place.start}}")
    return "".join(line)


def work(number="W1", title="KOZIMNIN KARASY", head="NWR", **changes):
    """The records of one work: a composer with half, a publisher with half."""
    fields = {"title": title, "number": number, "version": "ORI", "genre": "POP"} | changes
    party = {"party": "P1", "name": "ALTYN BASPA", "role": "E ", "chain": "01"}
    writer = {"party": "C1", "last_name": "SULTANOV", "first_name": "ABAI", "role": "CA"}
    shares = {"pr": "05000", "mr": "05000", "sr": "05000"}
    return [
        (head, fields),
        ("SPU", party | shares | {"ipi": "00014107338", "pr_society": "052"}),
        ("SWR", writer | shares),
    ]


def file_of(*all_works, group="NWR", **changes):
    """A whole file of these works, numbered and counted."""
    lines = [
        record(
            "HDR",
            **{
                "sender_type": "PB",
                "sender": "000000199",
                "sender_name": "ALTYN BASPA",
                "edi": "01.10",
                "made_on": "20261120",
                "made_at": "101112",
                "sent_on": "20261120",
            }
            | changes,
        ),
        record("GRH", transactions_of=group, group="00001", version="02.10"),
    ]
    for place, records in enumerate(all_works):
        for sequence, (kind, fields) in enumerate(records):
            numbers = {"transaction": f"{place:08d}", "sequence": f"{sequence:08d}"}
            lines.append(record(kind, **numbers | fields))
    counted = {"transactions": f"{len(all_works):08d}"}
    lines.append(record("GRT", group="00001", records=f"{len(lines):08d}", **counted))
    lines.append(record("TRL", groups="00001", records=f"{len(lines) + 1:08d}", **counted))
    return "\r\n".join(lines).encode()


def take(books, content):
    """Take a file in; its counts, and its acknowledgement as our own reader understands it."""
    with writing(books) as connection:
        number = take_file(
            connection, content, file_name="CW26.V21", sender=Sender("000", "QULAQ"), at=NOW
        )
        came_in = import_of(connection, number)
        back = acknowledgement_of(connection, number)
    return came_in, acknowledgement.read(back), back


def test_a_work_comes_in_with_its_shares_right_by_right(books):
    came_in, (answer,), _ = take(books, file_of(work()))
    with reading(books) as connection:
        (registered,) = works(connection)

    assert ("AS", "W1", str(registered.id)) == (answer.status, answer.number, answer.our_number)
    assert (1, 0, 0) == (came_in.counts.taken, came_in.counts.held, came_in.counts.refused)
    assert {"performing", "mechanical", "synchronisation"} == {
        share.right for share in registered.shares
    }
    assert "popular" == registered.genre


def test_what_does_not_sum_to_a_whole_is_registered_and_held_as_it_was_sent(books):
    records = work()
    records[2][1]["pr"] = "04000"
    came_in, (answer,), _ = take(books, file_of(records))
    with reading(books) as connection:
        (held,) = works(connection, held=True)

    assert ("RA", 1) == (answer.status, came_in.counts.held)
    assert "90.00 %" in held.held_because
    assert {4000, 5000} == {s.basis_points for s in held.shares if s.right == "performing"}


@pytest.mark.parametrize(("part", "held"), [("04994", False), ("04993", True)])
def test_cwr_s_tolerance_is_six_hundredths_of_a_percent(books, part, held):
    records = work()
    records[2][1]["pr"] = part
    came_in, _, _ = take(books, file_of(records))

    assert held == bool(came_in.counts.held)


def test_names_and_titles_in_their_own_script_come_first_and_are_found_in_latin(books):
    records = [
        *work(),
        ("NWN", {"party": "C1", "last_name": "Сұлтанов", "first_name": "Абай", "language": "KK"}),
        ("NAT", {"title": "Көзімнің қарасы", "title_type": "OT", "language": "KK"}),
    ]
    take(books, file_of(records, character_set="UTF-8"))
    with reading(books) as connection:
        (found,) = works_like(connection, "kozimnin karasy")
        names = {one.name: one.latin_name for one in parties(connection)}

    assert "Көзімнің қарасы" == found.title
    assert ["KOZIMNIN KARASY"] == [one.title for one in found.titles]
    assert "ABAI SULTANOV" == names["Абай Сұлтанов"]


def test_a_second_file_revises_the_work_of_the_first(books):
    take(books, file_of(work()))
    take(books, file_of(work(title="KOKTEM", head="REV"), group="REV"))
    with reading(books) as connection:
        (revised,) = works(connection)
        registered = parties(connection)

    assert ("KOKTEM", 2) == (revised.title, len(registered))


def test_the_same_file_again_is_the_same_import(books):
    first, _, back = take(books, file_of(work()))
    again, _, the_same = take(books, file_of(work()))

    assert (first.id, back) == (again.id, the_same)


def test_a_code_of_another_s_work_is_a_conflict_and_changes_nothing(books):
    take(books, file_of(work(iswc="T0345246801")))
    other = file_of(work(number="X9", title="OTHER", iswc="T0345246801"), sender="000000300")
    came_in, (answer,), _ = take(books, other)
    with reading(books) as connection:
        (only,) = works(connection)

    assert ("CO", 1) == (answer.status, came_in.counts.refused)
    assert "KOZIMNIN KARASY" == only.title


def broken(place, **changes):
    """A work with other fields in one of its records."""
    records = work()
    records[place] = (records[place][0], records[place][1] | changes)
    return records


BROKEN = [
    ("T", "100", broken(0, title="")),
    ("T", "101", broken(0, number="")),
    ("T", "103", broken(0, version="NIL")),
    ("T", "104", broken(0, genre="ROC")),
    ("T", "105", broken(0, genre="SER")),
    ("F", "106", broken(0, duration="009900")),
    ("F", "107", broken(0, copyright_date="20269999")),
    ("F", "200", broken(0, iswc="T0345246802")),
    ("T", "110", work()[:2]),
    ("T", "111", broken(2, role="AR")),
    ("T", "112", [*work(), ("OWR", {"last_name": "X", "role": "AR"})]),
    ("T", "113", broken(0, version="MOD")),
    ("T", "120", [*work(), ("SWT", {"party": "NOBODY", "included": "I", "territory": "2136"})]),
    ("R", "121", [*work(), ("PWR", {"publisher": "NOBODY", "writer": "C1"})]),
    ("T", "130", broken(1, name="")),
    ("T", "131", broken(1, unknown="Y")),
    ("T", "132", broken(1, role="XX")),
    ("T", "140", broken(2, last_name="")),
    ("T", "141", broken(2, unknown="Y")),
    ("T", "142", broken(2, role="XX")),
    ("T", "150", broken(2, pr="1O000")),
    ("F", "151", broken(2, pr_society="KAZ")),
    ("R", "160", [*work(), ("ALT", {"title_type": "AT"})]),
    ("F", "161", [*work(), ("ALT", {"title": "X", "title_type": "OT"})]),
    ("R", "162", [*work(), ("ALT", {"title": "X", "title_type": "AL"})]),
    ("R", "170", [*work(), ("PER", {"first_name": "X"})]),
    ("R", "180", [*work(), ("REC", {"released_on": "00000000"})]),
    ("R", "190", [*work(), ("NWN", {"party": "C1"})]),
    ("F", "200", broken(1, ipi="00014107339")),
]


@pytest.mark.parametrize(("level", "edit", "records"), BROKEN)
def test_each_fault_refuses_as_much_as_it_must_and_no_more(books, level, edit, records):
    came_in, (answer,), _ = take(books, file_of(records))

    assert (level, edit) in {(one.level, one.edit) for one in answer.messages}
    assert {"T": "RJ", "R": "AC", "F": "AC"}[level] == answer.status
    assert (level == "T") == bool(came_in.counts.refused)


@pytest.mark.parametrize(
    ("edit", "content"),
    [
        ("002", b"GRHNWR0000102.10"),
        ("003", b"\r\n".join(file_of(work()).split(b"\r\n")[:-1])),
        ("004", file_of(work(), sender_type="XX")),
        ("006", file_of(work(), edi="01.00")),
        ("007", file_of(work(), made_on="20261399")),
        ("008", file_of(work()).replace(b"TRL00001", b"TRL00009")),
        ("010", file_of(work()).replace(b"\nSPU", b"\nXYZ")),
        ("013", file_of(work()).replace(b"NWR0000000000000000", b"NWR0000000000000007")),
        ("015", file_of(work()).replace(b"SPU0000000000000001", b"SPU0000000000000005")),
    ],
)
def test_what_spoils_the_file_refuses_all_of_it(books, edit, content):
    came_in, (answer,), _ = take(books, content)
    with reading(books) as connection:
        assert [] == works(connection)

    assert ("RJ", 0) == (answer.status, came_in.counts.taken)
    assert ("E", edit) in {(one.level, one.edit) for one in answer.messages}


@pytest.mark.parametrize(
    ("edit", "content"),
    [
        ("020", file_of(work(), group="NIL")),
        ("022", file_of(work()).replace(b"GRHNWR00001", b"GRHNWR00007")),
        ("023", file_of(work()).replace(b"0000102.10", b"0000101.00")),
        ("024", file_of(work(head="REV"))),
        ("026", file_of(work()).replace(b"GRT0000100000001", b"GRT0000100000009")),
    ],
)
def test_what_spoils_a_group_refuses_its_transactions(books, edit, content):
    came_in, (answer,), _ = take(books, content)

    assert ("RJ", 1) == (answer.status, came_in.counts.refused)
    assert ("G", edit) in {(one.level, one.edit) for one in answer.messages}


def test_a_refused_work_leaves_its_neighbours_alone(books):
    first, second = broken(0, title=""), work(number="W2", title="KOKTEM")
    came_in, answers, _ = take(books, file_of(first, second))

    assert ["RJ", "AS"] == [one.status for one in answers]
    assert (1, 1) == (came_in.counts.taken, came_in.counts.refused)


def test_an_acknowledgement_sent_in_by_mistake_is_told_so_work_by_work(books):
    _, _, back = take(books, file_of(work(), work(number="W2", title="OTHER")))
    came_in, _, answer = take(books, back)

    assert came_in.counts.refused == 2
    assert answer.count(b"ACK IS NOT TAKEN HERE; SEND NWR OR REV") == 2
    assert answer.count(b"MSG") == 2
