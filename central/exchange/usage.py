"""The usage report in the 21 columns societies take from stations: what sounded, when, how long."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from central.exchange.frame import facts_of, hall_clock
from central.exchange.registry import composers, isrcs
from central.exchange.report import Column, Report, Row
from central.exchange.tongues import word
from central.royalties import store
from central.royalties.closed import ClosedEvent, Distribution
from central.royalties.distribution import PlayUsed

COLUMNS = (
    "Sender",
    "Titel des Musikwerks",
    "Name des Komponisten",
    "Interpret(en)",
    "Sendedatum",
    "Sendedauer",
    "Sendezeit",
    "ISRC",
    "Label",
    "Identifikationsnummer",
    "Eigenaufnahmen",
    "EAN/GTIN",
    "Albumtitel",
    "Aufnahmedatum",
    "Aufnahmeland",
    "Erstveröffentlichungsdatum",
    "Katalog-Nummer",
    "Werkverzeichnisangaben",
    "Bestellnummer",
    "Veröffentlichungsland",
    "Liveaufnahme",
)
_NOT_KEPT = 11  # columns after `Identifikationsnummer`: of facts the repertoire does not keep


@dataclass(frozen=True, slots=True)
class Sounded:
    """One recording sounding in one event, its plays that follow each other taken together."""

    first: PlayUsed
    milliseconds: int
    play_ids: tuple[str, ...]


def usage_report(connection: Connection, distribution_id: int, tongue: str) -> Report:
    """What sounded in that closing's events.

    Raises:
        Unknown: there is no such closing.
    """
    distribution = store.distribution(connection, distribution_id)
    events = store.closed_events(connection, distribution_id)
    plays = [play for event in events for play in event.plays]
    codes = isrcs(connection, (play.recording_id for play in plays))
    wrote = composers(connection, (play.work_id for play in plays if play.work_id is not None))
    return Report(
        name=f"usage-{distribution_id}",
        title=f"{word('usage', tongue)}: {distribution.venue}",
        tongue=tongue,
        dated=distribution.closed_at,
        columns=tuple(Column(name, name) for name in COLUMNS),
        rows=_rows(events, distribution, codes=codes, wrote=wrote),
        facts=facts_of(distribution, tongue),
    )


def taken_together(plays: Iterable[PlayUsed]) -> list[Sounded]:
    """Plays by time, those of one recording that follow each other as one, lengths added up."""
    sounded: list[Sounded] = []
    for play in plays:
        last = sounded[-1] if sounded else None
        same = last is not None and last.first.recording_id == play.recording_id != ""
        if last is not None and same:
            together = last.milliseconds + play.milliseconds
            sounded[-1] = Sounded(last.first, together, (*last.play_ids, play.id))
        else:
            sounded.append(Sounded(play, play.milliseconds, (play.id,)))
    return sounded


def _rows(
    events: Sequence[ClosedEvent],
    distribution: Distribution,
    *,
    codes: Mapping[str, str],
    wrote: Mapping[int, str],
) -> Iterator[Row]:
    for event in events:
        for sounded in taken_together(event.plays):
            play = sounded.first
            began = hall_clock(play.started_at, distribution)
            yield (
                f"{distribution.venue}, {event.hall}",
                play.work_title or play.recording_title,
                "" if play.work_id is None else wrote.get(play.work_id, ""),
                play.performer,
                f"{began:%Y-%m-%d}",
                _clock(sounded.milliseconds),
                _time_of_day(began) if play.detections else "",
                codes.get(play.recording_id, ""),
                "",
                " ".join(sounded.play_ids),
                *([""] * _NOT_KEPT),
            )


def _clock(milliseconds: int) -> str:
    minutes, seconds = divmod((milliseconds + 500) // 1000, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def _time_of_day(instant: datetime) -> str:
    return f"{instant:%H:%M:%S}"
