"""An evening made ready for its page: every play by the names people know it by."""

from collections.abc import Sequence
from dataclasses import dataclass

from central.ingest.listening import lengths_of, missed_in_words
from central.ingest.unknown import minutes_text
from central.royalties.distribution import PlayUsed
from central.web import timeline
from central.web.shared import Take
from central.web.store import Evening
from central.web.timeline import Sounding, Timeline, Window
from central.web.words import foreground_text, share_text

DOUBTFUL_MS = 2_000  # a play whose time is less surely known is marked
ROLES = {
    "C": "composer",
    "A": "author of the words",
    "CA": "composer and author",
    "AR": "arranger",
    "E": "publisher",
}


@dataclass(frozen=True, slots=True)
class PlayShown:
    """A play in the table beneath the timeline.

    Attributes:
        credits: name, role in words and share in words of each rightholder.
        others: recordings that sound the same where this was heard.
        ambiguous: they are of other works, so that others might have to be paid.
        foreground: how it stood to voices, in words; empty when no box told.
        doubt: how far its time may be wrong, in words; empty when it is well known.
    """

    play: PlayUsed
    title: str
    credits: Sequence[tuple[str, str, str]]
    others: Sequence[Take]
    ambiguous: bool
    foreground: str
    doubt: str


@dataclass(frozen=True, slots=True)
class EveningShown:
    """All that the page of an evening says."""

    facts: Evening
    window: Window
    picture: Timeline | None  # None before the evening begins
    plays: Sequence[PlayShown]
    goes_on: bool  # the event has not ended, and this is only what is known so far
    unknown: int  # plays whose recording is not registered
    ambiguous: int  # plays that fit recordings of several works
    doubtful: int  # plays of which it is not well known when they were
    silence: str  # what it means that nothing was recognised


def evening_shown(evening: Evening) -> EveningShown:
    """Lay an evening out for its page."""
    plays = [_play_shown(evening, play) for play in evening.plays]
    begins, ends = evening.event.starts_at, evening.coverage_until
    window = Window(begins, ends, evening.place.time_zone)
    soundings = [
        Sounding(shown.play, shown.title, ", ".join(name for name, _, _ in shown.credits))
        for shown in plays
        if shown.play.detections  # what no box heard has no place on the line
    ]
    return EveningShown(
        facts=evening,
        window=window,
        picture=timeline.draw(window, evening.coverage, soundings, unknown=evening.unknown_music)
        if ends > begins
        else None,
        plays=plays,
        goes_on=ends < evening.event.ends_at,
        unknown=sum(play.work_id is None for play in evening.plays),
        ambiguous=sum(shown.ambiguous for shown in plays),
        doubtful=sum(bool(shown.doubt) for shown in plays),
        silence=_silence(evening),
    )


def _play_shown(evening: Evening, play: PlayUsed) -> PlayShown:
    others = evening.others.get(play.id, ())
    return PlayShown(
        play=play,
        title=_title(play),
        credits=[
            (evening.names[share.party_id], ROLES[share.role], share_text(share.basis_points))
            for share in play.shares
        ],
        others=others,
        ambiguous=any(take.work_id != play.work_id for take in others),
        foreground=_foreground(evening, play),
        doubt=_doubt(evening, play),
    )


def _doubt(evening: Evening, play: PlayUsed) -> str:
    worst = max((evening.uncertainty.get(heard.key, 0) for heard in play.detections), default=0)
    return f"time known within {minutes_text(worst)} only" if worst > DOUBTFUL_MS else ""


def _silence(evening: Evening) -> str:
    """A hall in which nothing known was played, and a box that heard nothing, are not alike."""
    lengths = lengths_of(evening.coverage) if evening.coverage else {}
    missed = missed_in_words(evening.coverage) if evening.coverage else ""
    if not missed:
        return "No music of the catalogue was recognised; all of it was listened to."
    if not lengths.get("heard"):
        return f"Nothing was listened to: {missed}. Whether music was played is not known."
    return (
        f"No music of the catalogue was recognised in what was listened to; of {missed} nothing is "
        "known."
    )


def _title(play: PlayUsed) -> str:
    if play.work_id is not None:
        return play.work_title
    return "Unregistered recording" if play.detections else play.recording_title


def _foreground(evening: Evening, play: PlayUsed) -> str:
    """The share in the foreground of what boxes told of a play, each weighing its length."""
    told = [heard for heard in play.detections if heard.key in evening.foreground]
    lengths = [(heard.ended_at - heard.started_at).total_seconds() for heard in told]
    if not sum(lengths):
        return ""
    shares = (evening.foreground[heard.key] for heard in told)
    parts = zip(shares, lengths, strict=True)
    return foreground_text(sum(share * length for share, length in parts) / sum(lengths))
