"""What of a closing goes to members of sister societies, and the files that go with it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from central.errors import Unacceptable, Unknown
from central.exchange.edi import Group, Layout, Transaction, Value, layout, written
from central.exchange.frame import hall_clock
from central.exchange.latin import needs_own_letters
from central.exchange.registry import isrcs, iswcs, payees
from central.repertoire.tables import affiliations, parties, societies
from central.royalties import store
from central.royalties.closed import ClosedEvent, Distribution
from central.royalties.distribution import Allocation, PlayUsed
from central.royalties.money import Money, sums_by, total_of

DECIMALS = 2  # of a minor unit, in every currency the office settles in


@dataclass(frozen=True, slots=True)
class Sister:
    """A sister society and what her members earned in a closing, by currency."""

    code: str
    name: str
    territory: str
    members: tuple[int, ...]
    totals: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file for another society; `layout` says which of its places were never read."""

    name: str
    content: bytes
    layout: Layout


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: a society by CISAC's number, and its name."""

    code: str
    name: str


def sisters(connection: Connection, distribution_id: int, *, own: str) -> list[Sister]:
    """The societies whose members earned in a closing, by code; the office's own is left out.

    A rightholder belongs to the society registered for his performing right.

    Raises:
        Unknown: there is no such closing.
    """
    store.distribution(connection, distribution_id)
    heads = store.statement_heads(connection, distribution_id)
    rows = connection.execute(
        select(affiliations.c.party_id, societies)
        .join_from(affiliations, societies)
        .where(affiliations.c.right_name == "performing")
        .where(affiliations.c.party_id.in_({head.party_id for head in heads}))
        .where(societies.c.code != own)
        .order_by(societies.c.code, affiliations.c.party_id)
    ).all()
    members: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        members[row.code].append(row.party_id)
    known = {row.code: row for row in rows}
    return [
        Sister(
            code=code,
            name=known[code].name,
            territory=known[code].territory,
            members=tuple(numbers),
            totals=_totals([head.total for head in heads if head.party_id in numbers]),
        )
        for code, numbers in members.items()
    ]


def _totals(amounts: Sequence[Money]) -> tuple[Money, ...]:
    sums = sums_by((amount.currency, amount) for amount in amounts)
    return tuple(sums[currency] for currency in sorted(sums))


def crd_file(connection: Connection, distribution_id: int, society: str, *, sender: Sender) -> File:
    """What the members of a society earned in a closing, work by work, play by play.

    The trailer of each group is the sum of her members' statements in that currency.

    Raises:
        Unknown: there is no such closing, or none of her members earned in it.
        Unacceptable: a sum does not fit the format.
    """
    distribution = store.distribution(connection, distribution_id)
    found = [s for s in sisters(connection, distribution_id, own=sender.code) if s.code == society]
    if not found:
        raise Unknown(f"no member of society {society!r} earned in distribution {distribution_id}")
    (sister,) = found
    events = store.closed_events(connection, distribution_id)
    book = _Book(connection, distribution, events, sister)
    made = layout("crd-2.0")
    groups = [book.group(total.currency) for total in sister.totals]
    for group, total in zip(groups, sister.totals, strict=True):
        told = Money(sum(one.value for one in group.transactions), group.currency)
        if told != total:
            raise Unacceptable(
                f"the works come to {told.text()}, the statements to {total.text()}: what adjusts"
                " an earlier closing cannot be told, the fields of CRD's ADJ were not read"
            )
    content = written(made, _header(sender, distribution.closed_at), groups)
    name = f"{distribution.id}-{sender.code}-{sister.code}.{made.ending}"
    return File(name, content, made)


def _header(sender: Sender, at: datetime) -> dict[str, Value]:
    day = f"{at:%Y%m%d}"
    return {
        "sender_type": "SO",
        "sender": int(sender.code) if sender.code.isdecimal() else 0,
        "sender_name": sender.name,
        "edi": "01.10",
        "made_on": day,
        "made_at": f"{at:%H%M%S}",
        "sent_on": day,
    }


class _Book:
    """What a society is told of a closing, gathered by work."""

    def __init__(
        self,
        connection: Connection,
        distribution: Distribution,
        events: Sequence[ClosedEvent],
        sister: Sister,
    ) -> None:
        self._distribution = distribution
        self._sister = sister
        self._events = events
        heads = store.statement_heads(connection, distribution.id)
        self._names = {head.party_id: head.party_name for head in heads}
        registered = select(parties.c.id, parties.c.latin_name)
        rows = connection.execute(registered.where(parties.c.id.in_(sister.members)))
        self._latin = {row.id: row.latin_name for row in rows}
        self._ipis = {n: one.ipi for n, one in payees(connection, sister.members).items()}
        plays = [play for event in events for play in event.plays]
        self._recorded = isrcs(connection, (play.recording_id for play in plays))
        self._written = iswcs(connection, (p.work_id for p in plays if p.work_id is not None))

    def group(self, currency: str) -> Group:
        """All works of which money in that currency goes over, by number."""
        paid: dict[int, list[tuple[PlayUsed, Allocation]]] = defaultdict(list)
        for event in self._events:
            plays = {play.id: play for play in event.plays}
            for part in event.allocations:
                mine = part.party_id in self._sister.members and part.amount.currency == currency
                if mine and part.play_id in plays:
                    play = plays[part.play_id]
                    paid[play.work_id or 0].append((play, part))
        works = [self._work(number, paid[number]) for number in sorted(paid)]
        return Group("MWN", currency, tuple(works))

    def _work(self, number: int, paid: Sequence[tuple[PlayUsed, Allocation]]) -> Transaction:
        title = paid[0][0].work_title
        head: dict[str, Value] = {
            "work": str(number),
            "iswc": self._written.get(number, ""),
            "title": title,
            "distribution": str(self._distribution.id),
            "first_day": f"{self._distribution.first_day:%Y%m%d}",
            "last_day": f"{self._distribution.last_day:%Y%m%d}",
        }
        details: list[tuple[str, Mapping[str, Value]]] = []
        if needs_own_letters(title):
            details.append(("NAT", {"title": title, "title_type": "OT"}))
        for party, role in sorted({(part.party_id or 0, part.role) for _, part in paid}):
            details += self._party(party, role)
        for play in {play.id: play for play, _ in paid}.values():
            details.append(("WEP", self._play(play)))
            details += [("ICC", _share(play, part)) for one, part in paid if one.id == play.id]
        value = total_of((part.amount for _, part in paid), paid[0][1].amount.currency).minor
        return Transaction(("MWN", head), tuple(details), value)

    def _party(self, number: int, role: str) -> Sequence[tuple[str, Mapping[str, Value]]]:
        name = self._names[number]
        told: dict[str, Value] = {
            "party": str(number),
            "name": self._latin.get(number) or name,
            "ipi": self._ipis[number] or 0,
            "society": int(self._sister.code) if self._sister.code.isdecimal() else 0,
            "role": role,
        }
        own: dict[str, Value] = {"party": str(number), "name": name}
        return [("MIP", told)] + ([("NWN", own)] if needs_own_letters(name) else [])

    def _play(self, play: PlayUsed) -> dict[str, Value]:
        began = hall_clock(play.started_at, self._distribution)
        return {
            "reference": play.id,
            "day": f"{began:%Y%m%d}",
            "hour": f"{began:%H%M%S}",
            "milliseconds": play.milliseconds,
            "isrc": self._recorded.get(play.recording_id, ""),
            "venue": self._distribution.venue,
        }


def _share(play: PlayUsed, part: Allocation) -> dict[str, Any]:
    return {
        "party": str(part.party_id),
        "reference": play.id,
        "share": part.basis_points,
        "currency": part.amount.currency,
        "decimals": DECIMALS,
        "amount": part.amount.minor,
    }


def up_file(connection: Connection, distribution_id: int, *, sender: Sender) -> File:
    """What of a closing nobody could be paid for, so that other societies may claim it.

    The trailer of each group is what waits in that currency, in the ledger's own sum.

    Raises:
        Unknown: there is no such closing.
        Unacceptable: a sum does not fit the format.
    """
    distribution = store.distribution(connection, distribution_id)
    events = store.closed_events(connection, distribution_id)
    plays = [play for event in events for play in event.plays]
    recorded = isrcs(connection, (play.recording_id for play in plays))
    waiting: dict[str, list[Transaction]] = defaultdict(list)
    for event in events:
        known = {play.id: play for play in event.plays}
        for part in event.allocations:
            if part.party_id is None:
                play = known.get(part.play_id or "")
                one = _unidentified(distribution, event, part, play, recorded=recorded)
                waiting[part.amount.currency].append(one)
    made = layout("up-1.1")
    groups = [Group("UPW", currency, tuple(waiting[currency])) for currency in sorted(waiting)]
    content = written(made, _header(sender, distribution.closed_at), groups)
    return File(f"unidentified-{distribution.id}.{made.ending}", content, made)


def _unidentified(
    distribution: Distribution,
    event: ClosedEvent,
    part: Allocation,
    play: PlayUsed | None,
    *,
    recorded: Mapping[str, str],
) -> Transaction:
    began = hall_clock(play.started_at if play else event.starts_at, distribution)
    title = (play.work_title or play.recording_title) if play else ""
    performer = play.performer if play else ""
    head: dict[str, Value] = {
        "reference": f"{event.event_id}/{part.play_id or 'none'}",
        "title": title,
        "performer": performer,
        "isrc": recorded.get(play.recording_id, "") if play else "",
        "day": f"{began:%Y%m%d}",
        "hour": f"{began:%H%M%S}",
        "milliseconds": play.milliseconds if play else 0,
        "venue": distribution.venue,
        "reason": part.reason,
        "currency": part.amount.currency,
        "decimals": DECIMALS,
        "amount": part.amount.minor,
    }
    details: list[tuple[str, Mapping[str, Value]]] = []
    if needs_own_letters(title):
        details.append(("NAT", {"title": title, "title_type": "OT"}))
    if needs_own_letters(performer):
        details.append(("NPR", {"name": performer}))
    return Transaction(("UPW", head), tuple(details), part.amount.minor)
