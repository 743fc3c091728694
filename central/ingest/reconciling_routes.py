"""The counter where declared and heard are laid side by side, and a person settles the rest."""

from typing import Annotated

from fastapi import APIRouter, Path

from central import forms
from central.access import Staff, Teller
from central.database import reading, writing
from central.desk import Desk
from central.ingest import reconciliation
from central.ingest.decisions import Decision, Verdict
from central.ingest.settled import Reconciliation

reconciling = APIRouter(prefix="/v1", tags=["ingest"], dependencies=[Staff])
"""What staff settle."""

EventId = Annotated[int, Path(ge=1, le=forms.LARGEST)]


class NewDecision(forms.Form):
    """A word on a line: `played`, `not played`, the `same` as a piece, or `open` again."""

    line: Annotated[str, forms.Field(min_length=1, max_length=64)]
    verdict: Verdict
    piece_id: forms.Number | None = None
    work_id: forms.Number | None = None
    note: forms.Remark = ""


@reconciling.get("/events/{event_id}/reconciliation")
def show_reconciliation(desk: Desk, event_id: EventId) -> Reconciliation:
    """An event's programme beside what was heard."""
    with reading(desk.books) as connection:
        return reconciliation.reconciliation_of(connection, event_id)


@reconciling.post("/events/{event_id}/decisions", status_code=201)
def decide(desk: Desk, teller: Teller, event_id: EventId, word: NewDecision) -> forms.Registered:
    """Settle a line; nothing said before is changed, and the last word counts."""
    decision = Decision(
        line=word.line,
        verdict=word.verdict,
        piece_id=word.piece_id,
        work_id=word.work_id,
        note=word.note,
        decided_by=teller,
        decided_at=desk.now(),
    )
    with writing(desk.books) as connection:
        number = reconciliation.settle(connection, event_id, decision)
    return forms.Registered(id=number)
