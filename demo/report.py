"""What the demo found, for a person to read: the same words for the same evening, every time."""

import re
from collections.abc import Iterable, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from demo.findings import Check, Due, Heard, Payout, Row, Span
from demo.music import Recording, Shelf

WIDTH = 96  # columns: what the tables need

STATES = {
    "heard": "heard",
    "lost": "lost with the power (not yet recognised)",
    "powered_off": "powered off (the cut)",
}


def paper() -> Console:
    """Where the report is printed: standard output, as wide as its tables on any terminal."""
    return Console(highlight=False, width=WIDTH)


def print_hearing(
    out: Console, rows: Sequence[Row], *, false: Iterable[Heard], titles: Mapping[str, str]
) -> None:
    """What was played beside what was heard, in minutes and seconds of the evening.

    Args:
        out: where to.
        rows: a piece each.
        false: what was heard and not played.
        titles: of the recordings, by name.
    """
    columns = ("played", "heard", "off by", "sure")
    table = _table("Played and heard", "piece", "how", right=columns)
    for row in rows:
        piece = row.played
        table.add_row(
            titles[piece.name],
            piece.condition,
            _span(piece.started, piece.ended),
            "\n".join(_span(h.started, h.ended) for h in row.heard) or "—",
            _errors(row),
            f"{row.heard[0].confidence:.2f}" if row.heard else "",
        )
    for heard in false:
        span = _span(heard.started, heard.ended)
        table.add_row(titles[heard.name], "not played", "", span, "", f"{heard.confidence:.2f}")
    out.print(table)


def print_plays(out: Console, heard: Iterable[Heard], *, titles: Mapping[str, str]) -> None:
    """What was heard where nobody knows what was played."""
    table = _table("Heard in the room", "piece", right=("heard", "seconds", "sure"))
    for play in heard:
        span = _span(play.started, play.ended)
        table.add_row(titles[play.name], span, f"{play.seconds:.3f}", f"{play.confidence:.2f}")
    out.print(table)


def print_coverage(out: Console, spans: Sequence[Span]) -> None:
    """How the evening was listened to."""
    table = _table("Coverage", "state", right=("from", "to", "seconds", "share"))
    whole = sum(span.ended - span.started for span in spans)
    for span in spans:
        seconds = span.ended - span.started
        table.add_row(
            STATES.get(span.state, span.state),
            clock(span.started),
            clock(span.ended),
            f"{seconds:.3f}",
            f"{100 * seconds / whole:.2f} %",
        )
    out.print(table)


def print_unknown(out: Console, spans: Sequence[Span]) -> None:
    """How much music was heard and not known, and when."""
    seconds = round(sum(span.ended - span.started for span in spans))
    when = ", ".join(_span(span.started, span.ended) for span in spans) or "none"
    out.print(f"Music heard, not known: {seconds // 60} min {seconds % 60} s ({when})\n")


def print_payout(out: Console, payout: Payout) -> None:
    """Who receives what."""
    table = _table("Statements", "rightholder", right=("plays", "receives"))
    for due in payout.dues:
        table.add_row(due.name, str(due.plays), due.text)
    table.add_section()
    for name, _, text in payout.deducted:
        table.add_row(f"deducted: {name}", "", text)
    table.add_row("the evening's licence fee", "", payout.fee)
    out.print(table)


def print_statement(out: Console, due: Due, *, lines: Sequence[Sequence[str]]) -> None:
    """One statement, opened: each amount with the play behind it."""
    heading = f"The statement of {due.name}, opened"
    table = _table(heading, "work", right=("played at", "heard for", "share", "amount"))
    for line in lines:
        table.add_row(*line)
    table.add_section()
    table.add_row("", "", "", "", due.text)
    out.print(table)


def print_verdict(out: Console, verdict: str) -> None:
    """What the verifier said of the statement, but for what is another in every run."""
    out.print("\n[bold]qulaq-verify[/bold], a single file that shares no code with the office:")
    steady = re.sub(r"closed \S+", "closed just now", verdict)
    steady = re.sub(r"\bqulaq-[0-9a-f]{16}/log", "of the office", steady)
    out.print(steady, markup=False, soft_wrap=True)


def print_checks(out: Console, checks: Iterable[Check]) -> None:
    """What must hold, and whether it does."""
    for check in checks:
        mark = "[green]✓[/green]" if check.holds else "[bold red]✗[/bold red]"
        out.print(f"  {mark} {check.words}", soft_wrap=True)


def print_credits(out: Console, shelf: Shelf, *, names: Iterable[str]) -> None:
    """Whose music it was, and what in the evening was not recorded but made."""
    used = set(names)
    out.print("\n[bold]Recordings[/bold] (real; out of Debian packages, not part of this project)")
    for recording in (*(r for r in shelf.music if r.name in used), *shelf.speech):
        out.print(f"  {_credit(recording)}", soft_wrap=True)
    out.print(
        "Synthesised: the hall's reverberation, the noise of the house, the applause."
        " Invented: all rightholders, works and shares; they are marked as fictional.",
        soft_wrap=True,
    )


def clock(seconds: float) -> str:
    """A moment of the evening: minutes and seconds."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"


def _credit(recording: Recording) -> str:
    return (
        f"{recording.title}: {recording.artist}; {recording.licence}; package {recording.package}"
    )


def _table(title: str, *left: str, right: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in left:
        table.add_column(column, no_wrap=True)
    for column in right:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _span(started: float, ended: float) -> str:
    return f"{clock(started)}-{clock(ended)}"


def _errors(row: Row) -> str:
    if row.start_error is None or row.end_error is None:
        return ""
    return f"{row.start_error:+.2f} s, {row.end_error:+.2f} s"
