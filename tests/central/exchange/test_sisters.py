"""Files for sister societies: every unit of the ledger in the trailers, every letter kept."""

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as some

from central.__main__ import main
from central.database import reading, writing
from central.errors import Unacceptable, Unknown
from central.exchange.edi import Group, Transaction, layout, record, written
from central.exchange.latin import capitals
from central.exchange.sisters import Sender, crd_file, sisters, up_file
from central.repertoire.facts import Affiliation
from central.repertoire.store import put_affiliations, put_society
from tests.central.exchange.conftest import KAZAKH
from tests.fakes.edi_reader import Spoilt, read

US = Sender("300", "QULAQ")


@pytest.fixture
def abroad(office, theatre, closed):
    """Two of three authors belong to societies elsewhere, one to ours."""
    with writing(office.books) as connection:
        for code, name, territory in (
            ("055", "PRS", "GB"),
            ("035", "GEMA", "DE"),
            ("300", "QULAQ", "KZ"),
        ):
            put_society(connection, code=code, name=name, territory=territory)
        for party, code in zip(theatre.parties, ("055", "035", "300"), strict=True):
            put_affiliations(connection, party, [Affiliation("performing", code)])
    return closed


def asked(office, question, *arguments, **named):
    with reading(office.books) as connection:
        return question(connection, *arguments, **named)


def test_every_society_is_told_the_very_sum_of_her_members_statements(office, abroad):
    for code, party in (("055", 1), ("035", 2)):
        made = asked(office, crd_file, abroad.distribution.id, code, sender=US)
        (group,) = read(made.content, "crd-2.0")
        (statement,) = [head for head in abroad.statements if head.party_id == party]
        shares = [f["amount"] for rows in group["transactions"] for k, f in rows if k == "ICC"]

        assert (group["currency"], group["value"]) == ("KZT", statement.total.minor)
        assert sum(shares) == statement.total.minor


def test_sisters_and_our_own_make_the_whole(office, abroad):
    found = asked(office, sisters, abroad.distribution.id, own="300")
    own = [head.total.minor for head in abroad.statements if head.party_id == 3]
    total = sum(head.total.minor for head in abroad.statements)

    assert [one.code for one in found] == ["035", "055"]
    assert sum(one.totals[0].minor for one in found) + sum(own) == total


def test_what_waits_is_told_with_the_ledgers_own_sum(office, abroad):
    made = asked(office, up_file, abroad.distribution.id, sender=US)
    groups = read(made.content, "up-1.1")
    waiting = sum(event.suspended().minor for event in abroad.events)
    reasons = {rows[0][1]["reason"] for group in groups for rows in group["transactions"]}

    assert sum(group["value"] for group in groups) == waiting > 0
    assert reasons == {"UNKNOWN-RECORDING", "NOTHING-HEARD"}


def test_names_travel_in_capitals_and_in_their_own_letters(office, abroad):
    made = asked(office, crd_file, abroad.distribution.id, "055", sender=US)
    (group,) = read(made.content, "crd-2.0")
    every = [one for rows in group["transactions"] for one in rows]
    names = {(k, f["name"]) for k, f in every if k in ("MIP", "NWN")}
    titles = {f["title"] for k, f in every if k == "NAT"}

    assert names == {("MIP", "ABAI SULTANOV"), ("NWN", "Абай Сұлтанов")}
    assert {KAZAKH, "Көктем"} <= titles


def test_a_file_whose_places_were_not_read_does_not_bear_the_formats_name(office, abroad):
    made = asked(office, crd_file, abroad.distribution.id, "055", sender=US)

    assert made.name == "1-300-055.assumed.crd"
    assert set(made.layout.assumed) == {"MWN", "NAT", "MIP", "NWN", "WEP", "ICC"}


def test_the_same_closing_is_the_same_bytes(office, abroad):
    first, second = (asked(office, up_file, 1, sender=US).content for _ in "12")

    assert first == second


def test_who_earned_nothing_here_is_told_so(office, abroad):
    with pytest.raises(Unknown, match="no member of society '999'"):
        asked(office, crd_file, 1, "999", sender=US)


def test_the_desk_and_http_give_the_same_files(office, abroad, tmp_path):
    settings = tmp_path / "central.toml"
    settings.write_text('society_code = "300"\n')
    folder = tmp_path / "out"
    home = ["--home", str(office.home.path), "--config", str(settings)]
    done = CliRunner().invoke(main, ["export-sisters", *home, "--folder", str(folder), "1"])
    over_http = office.http.get("/v1/distributions/1/sisters/055/crd")
    listed = office.http.get("/v1/distributions/1/sisters").json()

    assert done.exit_code == 0, done.output
    assert sorted(one.name for one in folder.iterdir()) == [
        "1-300-035.assumed.crd",
        "1-300-055.assumed.crd",
        "unidentified-1.assumed.up",
    ]
    assert "places assumed in MWN" in done.output
    assert over_http.headers["x-qulaq-assumed-records"] == "ICC,MIP,MWN,NAT,NWN,WEP"
    assert [one["code"] for one in listed] == ["035", "055", "300"]
    assert office.http.get("/v1/distributions/1/up").status_code == 200
    assert office.stranger.get("/v1/distributions/1/up").status_code == 401


amounts = some.integers(-(10**12), 10**12)


@given(some.lists(some.tuples(some.text(), amounts), min_size=1, max_size=8))
def test_whatever_is_written_is_read_again(rows):
    made = layout("up-1.1")
    whole = sum(amount for _, amount in rows)
    transactions = tuple(
        Transaction(
            ("UPW", {"title": title, "amount": amount}), (("NAT", {"title": title}),), amount
        )
        for title, amount in rows
    )
    if not 0 <= whole < 10**10:
        with pytest.raises(Unacceptable, match="does not fit 10 digits"):
            written(made, {}, [Group("UPW", "KZT", transactions)])
        return
    content = written(made, {}, [Group("UPW", "KZT", transactions)])
    (group,) = read(content, "up-1.1")

    assert group["value"] == whole
    for (title, amount), found in zip(rows, group["transactions"], strict=True):
        assert found[0][1]["amount"] == amount
        assert found[0][1]["title"] == capitals(title)[:60].rstrip()


@given(some.text())
def test_capitals_are_ascii_and_the_same_again(text):
    made = capitals(text)

    assert all(" " <= letter <= "~" for letter in made)
    assert capitals(made) == made


def test_kazakh_reads_aloud():
    assert capitals("Көзімнің қарасы") == "KOZIMNING QARASY"


def test_the_reader_forgives_nothing():
    made = layout("up-1.1")
    good = written(made, {}, [Group("UPW", "KZT", (Transaction(("UPW", {}), (), 0),))])
    for spoilt in (good[:-2], good.replace(b"UPW0", b"UPX0"), good.replace(b"KZT", b"kzt")):
        with pytest.raises(Spoilt):
            read(spoilt, "up-1.1")


def test_a_line_has_the_length_its_layout_says():
    for name in ("crd-2.0", "up-1.1"):
        made = layout(name)
        for kind, fields in made.records.items():
            assert len(record(made, kind, {})) == sum(field.width for field in fields)
