"""What the office says came of the evening, read back over HTTP like anybody would."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from demo.findings import Due, Heard, Payout, Span
from demo.music import Recording
from demo.office import Office, Place, Window
from demo.report import clock


@dataclass(frozen=True, slots=True)
class Opened:
    """One rightholder's statement with its lines, ready to be printed."""

    number: int
    due: Due
    lines: tuple[tuple[str, ...], ...]


def plays(
    office: Office, place: Place, *, window: Window, ids: Mapping[str, Recording]
) -> list[Heard]:
    """What was played in the hall, as the office understood the box."""
    return [
        Heard(
            name=ids[play["recording_id"]].name,
            started=_since(play["started_at"], window),
            ended=_since(play["ended_at"], window),
            seconds=play["milliseconds"] / 1000,
            confidence=play["confidence"],
        )
        for play in _of_hall(office, place, "plays", window=window)
    ]


def coverage(office: Office, place: Place, *, window: Window) -> list[Span]:
    """How the hall was listened to over the window."""
    return [
        Span(
            state=span["state"],
            started=_since(span["started_at"], window),
            ended=_since(span["ended_at"], window),
        )
        for span in _of_hall(office, place, "coverage", window=window)
    ]


def unknown_music(office: Office, place: Place, *, window: Window) -> list[Span]:
    """Music that was heard in the hall and that no recording explains."""
    return [
        Span("unknown", _since(span["started_at"], window), _since(span["ended_at"], window))
        for span in _of_hall(office, place, "unknown-music", window=window)
    ]


def payout(office: Office, *, window: Window) -> tuple[Payout, tuple[Opened, ...]]:
    """The one distribution there is, and every statement of it, opened."""
    number = office.get("/v1/distributions")[0]["id"]
    closing = office.get(f"/v1/distributions/{number}")
    event = closing["events"][0]
    opened = tuple(
        _opened(office.get(f"/v1/statements/{head['id']}"), window=window)
        for head in closing["statements"]
    )
    whole = Payout(
        fee_minor=event["fee"]["minor"],
        fee=event["fee"]["text"],
        suspended_minor=event["suspended"]["minor"],
        deducted=tuple(
            (one["name"], one["amount"]["minor"], one["amount"]["text"])
            for one in event["deducted"]
        ),
        dues=tuple(one.due for one in opened),
    )
    return whole, opened


def _of_hall(office: Office, place: Place, what: str, *, window: Window) -> Any:  # noqa: ANN401
    return office.get(
        f"/v1/halls/{place.hall}/{what}",
        start=window.start.isoformat(),
        end=window.end.isoformat(),
    )


def _opened(statement: dict[str, Any], *, window: Window) -> Opened:
    due = Due(
        name=statement["party"]["name"],
        minor=statement["total"]["minor"],
        lines_minor=sum(line["amount"]["minor"] for line in statement["lines"]),
        text=statement["total"]["text"],
        plays=len({line["play"]["id"] for line in statement["lines"]}),
        adds_up=statement["adds_up"],
    )
    lines = tuple(_line(line, window=window) for line in statement["lines"])
    return Opened(statement["id"], due, lines)


def _line(line: dict[str, Any], *, window: Window) -> tuple[str, ...]:
    return (
        line["work"]["title"],
        clock(_since(line["play"]["started_at"], window)),
        f"{line['play']['milliseconds'] / 1000:.3f} s",
        f"{line['role']} {line['basis_points'] / 100:.2f} %",
        line["amount"]["text"],
    )


def _since(instant: str, window: Window) -> float:
    return (datetime.fromisoformat(instant) - window.start).total_seconds()
