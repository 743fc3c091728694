"""By which rule an evening was settled, or would be while nobody has closed it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from sqlalchemy import Connection, select

from central.errors import Unknown
from central.royalties.reckoning import Evening
from central.royalties.rules import shelf
from central.royalties.rules.pack import Pack
from central.royalties.rules.reading import read_pack
from central.royalties.tables import distribution_packs, distributions


class Rules:
    """The rules of an office's venues; each pack is read once.

    A venue keeps to the family of packs its last closing was by; one that was never closed by a
    pack follows the office's. A pack of another currency, or none for that day, rules nothing:
    then the simple rule stands, which is told as None.

    Args:
        connection: to the books.
        family: of packs, that the office follows.
    """

    def __init__(self, connection: Connection, family: str) -> None:
        self._connection = connection
        self._family = family
        self._shelf = list(shelf.packs())
        self._families: dict[int, str] = {}
        self._closings: dict[int, Pack | None] = {}

    def standing(self, venue_id: int, day: date, *, currency: str) -> Pack | None:
        """The pack a venue's evening would be closed by; None for the simple rule.

        Args:
            venue_id: whose evening it is.
            day: of the venue's own calendar, on which the evening began.
            currency: of its fee.
        """
        for family in dict.fromkeys((self._own_family(venue_id), self._family)):
            for pack in self._shelf:
                if pack.family == family and pack.holds_on(day) and pack.currency == currency:
                    return pack
        return None

    def of_closing(self, distribution_id: int) -> Pack | None:
        """The very words a closing was made by; None for the simple rule."""
        if distribution_id not in self._closings:
            kept = distribution_packs.c
            row = self._connection.execute(
                select(kept.pack_id, kept.words).where(kept.distribution_id == distribution_id)
            ).first()
            self._closings[distribution_id] = (
                read_pack(row.words, file=row.pack_id) if row else None
            )
        return self._closings[distribution_id]

    def by_rule(
        self, venue_id: int, evenings: Iterable[Evening], closed: Mapping[int, int]
    ) -> Iterator[tuple[Pack | None, list[Evening]]]:
        """A venue's evenings, gathered by the rule each was settled by or would be.

        Args:
            venue_id: whose they are.
            evenings: in any order.
            closed: distribution by event, of those that are closed.
        """
        groups: dict[str, tuple[Pack | None, list[Evening]]] = {}
        for one in evenings:
            number = closed.get(one.event_id)
            rule = (
                self.standing(venue_id, one.day, currency=one.fee.currency)
                if number is None
                else self.of_closing(number)
            )
            groups.setdefault(rule.digest if rule else "", (rule, []))[1].append(one)
        yield from groups.values()

    def _own_family(self, venue_id: int) -> str:
        if venue_id not in self._families:
            latest = (
                select(distribution_packs.c.pack_id)
                .join_from(distribution_packs, distributions)
                .where(distributions.c.venue_id == venue_id)
                .order_by(distributions.c.id.desc())
                .limit(1)
            )
            self._families[venue_id] = _family_of(self._connection.scalar(latest) or "")
        return self._families[venue_id]


def _family_of(pack_id: str) -> str:
    try:
        return shelf.pack(pack_id).family
    except Unknown:  # none, or one of those days that no longer comes with the office
        return ""
