"""An evening's programme beside its sound, in the books: what agrees, what a person settled."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from central.errors import Unacceptable
from central.ingest.decisions import Decision, decisions_on, put_decision
from central.ingest.fates import AGREED, Basis, LengthBy, fate_of
from central.ingest.plays import MILLISECOND, Play
from central.ingest.reconcile import Line, Listed, Sounded, reconcile
from central.ingest.screenings import Entry, Screening, entries_of, screenings_at
from central.ingest.settled import Reconciliation, Settled
from central.ingest.store import plays_of, uncertainty_of
from central.repertoire.scores import works_of_scores
from central.repertoire.store import recordings, require_work, works
from central.venues.accounts import Account, account_of
from central.venues.declarations import Declared, declared_at
from central.venues.meaning import works_meant
from central.venues.uses import USE_OF_KIND, Use

STANDARD_MILLISECONDS = 180_000  # of a piece whose length nobody told


@dataclass(frozen=True, slots=True)
class _Known:
    """What the lines of an evening are settled with.

    Attributes:
        entries: what was declared, in order; lines name an entry by its place.
        meant: works a declared piece may mean, by its number.
        work_of: the registered work of a recording.
        lengths: usual length of works, ms.
        last: the last word on each line, play or film, the latest last.
        screenings: films that their cues tell.
        kinds: what each production is that was announced or told.
        by_sheet: the evening was announced as a showing that its cue sheet pays.
        use: of music where neither a piece nor a part of the evening says another.
        unsure: plays that may have sounded before or after, so little did a box know the time.
    """

    account: Account
    entries: Sequence[Entry]
    plays: Mapping[str, Play]
    meant: Mapping[int, frozenset[int]]
    work_of: Mapping[str, int]
    lengths: Mapping[int, int]
    last: Mapping[str, Decision]
    screenings: Sequence[Screening]
    kinds: Mapping[int, str]
    by_sheet: bool
    use: Use
    unsure: frozenset[str]

    def running_at(self, instant: datetime) -> Screening | None:
        """The film that its cues tell was running then; one that a person denied is none."""
        running = (
            one for one in self.screenings if one.fate != "not shown" and one.covers(instant)
        )
        return next(running, None)


def reconciliation_of(
    connection: Connection, event_id: int, *, fee_minor: int | None = None
) -> Reconciliation:
    """An event's programme beside what was heard.

    Args:
        connection: to the books.
        event_id: of the event.
        fee_minor: what its lines are worth together; None for the fee typed with the event.

    Raises:
        Unknown: no such event.
    """
    account = account_of(connection, event_id)
    heard = plays_of(connection, account.hall_id, account.starts_at, account.ends_at)
    known = reconciled(connection, account, heard)
    fee = account.licence_fee_minor if fee_minor is None else fee_minor
    return replace(known, lines=tuple(_with_stakes(known.lines, fee)))


def reconciled(connection: Connection, account: Account, heard: Sequence[Play]) -> Reconciliation:
    """An event's programme beside these plays of its hall; stakes are left at nought."""
    known = _known(connection, account, heard)
    told = {d.line: d.piece_id for d in known.last.values() if d.verdict == "same" and d.piece_id}
    place_of = {one.declared.id: n for n, one in reversed(list(enumerate(known.entries)))}
    same = {play: place_of[piece] for play, piece in told.items() if piece in place_of}
    cues = {play: n for n, one in enumerate(known.entries) for play in one.plays}
    lines = reconcile(
        [
            Listed(n, n, known.meant[one.declared.id], one.declared.piece.encore)
            for n, one in enumerate(known.entries)
        ],
        [_sounded(play, known.work_of) for play in heard],
        same=cues | same,
    )
    settled = tuple(_settled(known, line, same=same) for line in lines)
    history = decisions_on(connection, account.id)
    return Reconciliation(account, settled, history, tuple(known.screenings))


def _known(connection: Connection, account: Account, heard: Sequence[Play]) -> _Known:
    declared = declared_at(connection, account.id)
    own = any(one.production_id is None for one in declared)
    work_of = _works_of(connection, heard)
    last = _last_words(decisions_on(connection, account.id))
    sounds = [_sounded(play, work_of) for play in heard]
    told = () if own else screenings_at(connection, account, sounds, last=last)
    whole = {one.production.id for one in account.performances if one.acts == one.production.acts}
    entries = entries_of(declared, told, whole=whole)
    meant = {
        one.declared.id: works_meant(connection, one.declared.piece)
        for one in {one.declared.id: one for one in entries}.values()
    }
    productions = [one.production for one in account.performances]
    sheets = {one.production_id for one in declared} & whole
    kinds = {one.id: one.kind for one in (*productions, *(one.production for one in told))}
    return _Known(
        account=account,
        entries=entries,
        plays={play.id: play for play in heard},
        meant=meant,
        work_of=work_of,
        lengths=_lengths(connection, {work for fitting in meant.values() for work in fitting}),
        last=last,
        screenings=told,
        kinds=kinds,
        by_sheet=bool(sheets),
        use=_evening_use(account, [one.kind for one in productions if one.id in sheets]),
        unsure=_unsure(connection, account, heard),
    )


def _unsure(connection: Connection, account: Account, heard: Sequence[Play]) -> frozenset[str]:
    keys = [key for play in heard for key in play.detections]
    told = uncertainty_of(connection, keys)
    found = set()
    for play in heard:
        doubt = MILLISECOND * max((told.get(key, 0) for key in play.detections), default=0)
        earliest, latest = play.middle - doubt, play.middle + doubt
        if earliest < account.starts_at or account.ends_at <= latest:
            found.add(play.id)
    return frozenset(found)


def _last_words(history: Sequence[Decision]) -> dict[str, Decision]:
    last: dict[str, Decision] = {}
    for decision in history:
        last.pop(decision.line, None)
        last[decision.line] = decision
    return last


def _evening_use(account: Account, kinds: Sequence[str]) -> Use:
    """What the evening says; a showing that nobody gave a use is what its cue sheet is of."""
    shown = {USE_OF_KIND[kind] for kind in kinds} - {"stage"}
    return shown.pop() if account.use == "concert" and len(shown) == 1 else account.use


def settle(connection: Connection, event_id: int, decision: Decision) -> int:
    """Keep a person's word on a line; earlier words stay, the last counts.

    Raises:
        Unknown: no such event, or no such work.
        Unacceptable: there is no such line, or the word does not say enough.
    """
    known = reconciliation_of(connection, event_id)
    if decision.line in {one.name for one in known.screenings}:
        return put_decision(connection, event_id, _on_a_film(decision))
    plays = {play.id for line in known.lines for play in line.plays}
    line = next((one for one in known.lines if one.name == decision.line), None)
    if line is None and decision.line not in plays:
        raise Unacceptable(f"event {event_id} has no line {decision.line!r}; it may have changed")
    if decision.work_id is not None:
        require_work(connection, decision.work_id)
    if decision.verdict == "same":
        pieces = {one.piece.id for one in known.lines if one.piece}
        if decision.line not in plays or decision.piece_id not in pieces:
            raise Unacceptable("'same' needs a play, and a piece of the programme that it is")
    unclear = line is not None and line.work_id is None and decision.work_id is None
    if decision.verdict == "played" and unclear:
        raise Unacceptable(f"say which work {decision.line!r} was; its title fits none or several")
    return put_decision(connection, event_id, decision)


def _on_a_film(decision: Decision) -> Decision:
    if decision.verdict == "same" or decision.work_id or decision.piece_id:
        raise Unacceptable(f"of {decision.line!r} one can say that it was played, not played, open")
    return decision


def _works_of(connection: Connection, heard: Sequence[Play]) -> dict[str, int]:
    named = select(recordings.c.id, recordings.c.work_id)
    ids = {play.recording_id for play in heard}
    rows = connection.execute(named.where(recordings.c.id.in_(ids)))
    return works_of_scores(connection, ids) | {row.id: row.work_id for row in rows}


def _lengths(connection: Connection, work_ids: Collection[int]) -> dict[int, int]:
    usual = select(works.c.id, works.c.milliseconds).where(works.c.id.in_(work_ids))
    return {row.id: row.milliseconds for row in connection.execute(usual) if row.milliseconds}


def _sounded(play: Play, works_by_recording: Mapping[str, int]) -> Sounded:
    work = works_by_recording.get(play.recording_id)
    return Sounded(play.id, work, play.started_at, play.ended_at, play.milliseconds)


def _settled(known: _Known, line: Line, *, same: Mapping[str, int]) -> Settled:
    entry = None if line.listed is None else known.entries[line.listed]
    piece = entry.declared if entry else None
    heard = tuple(known.plays[key] for key in line.heard)
    decision = _last_word(known, line, entry)
    work_id = _work_of(known, line, decision, told=any(key in same for key in line.heard))
    use = _use_of(known, piece, heard)
    basis: Basis = "cue-sheet" if entry and entry.by_sheet else "heard" if heard else "programme"
    milliseconds, length_by = _length(known, piece, heard, work_id=work_id, basis=basis)
    of_the_evening = known.unsure.isdisjoint(line.heard)
    fate = fate_of(
        state=line.state,
        verdict=decision.verdict if decision else "",
        use=use,
        basis=basis,
        by_sheet=_of_a_showing(known, use, heard),
        of_the_evening=of_the_evening,
    )
    doubtful = line.state not in AGREED and basis != "cue-sheet" and fate != "grand right"
    return Settled(
        name=_name(line, entry),
        state=line.state,
        piece=piece,
        plays=heard,
        work_id=work_id,
        use=use,
        placing=piece.piece.placing if piece else "full",
        basis=basis,
        milliseconds=milliseconds,
        length_by=length_by,
        decision=decision,
        from_programme_alone=not heard,
        sounds_at=entry.sounds_at if entry else None,
        of_the_evening=of_the_evening,
        is_open=doubtful and decision is None,
        fate=fate,
    )


def _name(line: Line, entry: Entry | None) -> str:
    return line.heard[0] if entry is None else entry.name


def _last_word(known: _Known, line: Line, entry: Entry | None) -> Decision | None:
    """The last word on the line, on what was heard of it or its film, unless it was taken back."""
    names = {_name(line, entry), *line.heard}
    piece = entry.declared.id if entry else None
    said = [
        word
        for name, word in known.last.items()
        if name in names and (word.verdict != "same" or word.piece_id == piece)
    ]
    if said and said[-1].verdict != "open":
        return said[-1]
    film = known.last.get(entry.film) if entry and entry.film else None
    return film if film and film.verdict != "open" else None


def _work_of(known: _Known, line: Line, decision: Decision | None, *, told: bool) -> int | None:
    """A person's word first; then what was heard, unless a person said it is that piece."""
    if decision is not None and decision.work_id is not None:
        return decision.work_id
    recorded = {known.plays[key].recording_id for key in line.heard}
    heard = {known.work_of[name] for name in recorded if name in known.work_of}
    listed = None if line.listed is None else known.entries[line.listed].declared.id
    meant = set() if listed is None else set(known.meant[listed])
    fitting = meant if told and len(meant) == 1 else heard or meant
    return fitting.pop() if len(fitting) == 1 else None


def _use_of(known: _Known, piece: Declared | None, heard: Sequence[Play]) -> Use:
    if piece is not None and piece.piece.use:
        return piece.piece.use
    if piece is not None and piece.production_id is not None:
        return USE_OF_KIND[known.kinds[piece.production_id]]
    part = known.account.part_at(heard[0].middle) if heard else None
    if part is not None:
        return part.use
    running = known.running_at(heard[0].middle) if heard else None
    return USE_OF_KIND[running.production.kind] if running else known.use


def _of_a_showing(known: _Known, use: Use, heard: Sequence[Play]) -> bool:
    """Whether music belongs to a showing, whose cue sheet should know it."""
    running = known.running_at(heard[0].middle) if heard else None
    shown = running is not None and use == USE_OF_KIND[running.production.kind]
    return shown or (known.by_sheet and use == known.use)


def _length(
    known: _Known,
    piece: Declared | None,
    heard: Sequence[Play],
    *,
    work_id: int | None,
    basis: Basis,
) -> tuple[int, LengthBy]:
    declared = piece.piece.milliseconds if piece else None
    if basis == "cue-sheet" and declared is not None:
        return declared, "declared"
    if heard:
        return sum(play.milliseconds for play in heard), "heard"
    if declared is not None:
        return declared, "declared"
    if work_id is not None and work_id in known.lengths:
        return known.lengths[work_id], "usual"
    return STANDARD_MILLISECONDS, "standard"


def _with_stakes(lines: Sequence[Settled], fee_minor: int) -> list[Settled]:
    counting = ("paid", "waits")
    whole = sum(line.milliseconds for line in lines if line.fate in counting)
    return [
        replace(line, stake_minor=fee_minor * line.milliseconds // whole)
        if whole and line.fate in counting
        else line
        for line in lines
    ]
