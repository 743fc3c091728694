"""By which pack a closing's amounts wait, and until which day each may be claimed."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from central.royalties import store
from central.royalties.distribution import (
    SHARES_NOT_WHOLE,
    UNKNOWN_RECORDING,
    WORK_WITHOUT_SHARES,
    PlayUsed,
)
from central.royalties.later.moves import Standing
from central.royalties.rules.claims import last_day_to_claim, obstacle_to_claim
from central.royalties.rules.lines import UNKNOWN_WORK
from central.royalties.rules.pack import Pack
from central.royalties.rules.reading import read_pack
from central.royalties.tables import distribution_packs

CLAIMABLE = (UNKNOWN_RECORDING, UNKNOWN_WORK, WORK_WITHOUT_SHARES, SHARES_NOT_WHOLE)
"""Reasons of what waits for an owner; a part that is nobody's waits for none."""


@dataclass(frozen=True, slots=True)
class Window:
    """The calendar and the frozen pack of a closing; None for the simple rule."""

    zone: ZoneInfo
    pack: Pack | None

    def used_on(self, play: PlayUsed) -> date:
        """The venue's day on which a play began."""
        return play.started_at.astimezone(self.zone).date()

    def last_day(self, play: PlayUsed) -> date | None:
        """The last day on which a play may be claimed; None when its rule sets no window."""
        return last_day_to_claim(self.pack, self.used_on(play)) if self.pack else None

    def is_over(self, play: PlayUsed, today: date) -> bool:
        """Whether a play may no longer be claimed."""
        if self.pack is None:
            return False
        return bool(obstacle_to_claim(self.pack, used_on=self.used_on(play), claimed_on=today))


def window_of(connection: Connection, closing_id: int) -> Window:
    """The window of a closing.

    Raises:
        Unknown: there is no such distribution.
    """
    closing = store.distribution(connection, closing_id)
    row = connection.execute(
        select(distribution_packs).filter_by(distribution_id=closing_id)
    ).first()
    pack = read_pack(row.words, file=row.pack_id) if row else None
    return Window(ZoneInfo(closing.time_zone), pack)


def waits_for_an_owner(one: Standing) -> bool:
    """Whether somebody may come and say that an amount is his."""
    return one.party_id is None and one.play is not None and one.reason in CLAIMABLE
