"""Mandates at the counter for staff, and the look-up that anybody may ask without a token."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import StringConstraints

from central import forms
from central.access import Staff
from central.database import reading, writing
from central.desk import Desk
from central.repertoire.mandates import store
from central.repertoire.mandates.grants import Grant, GrantedUse, Holder, Kind, Question, Right, Use
from central.repertoire.mandates.lookup import LicenceAnswer, who_may_license
from central.turnstile import EachInTurn

router = APIRouter(prefix="/v1", tags=["mandates"], dependencies=[Staff])
public = APIRouter(prefix="/v1", tags=["public"], dependencies=[EachInTurn])

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]  # ISO 3166-1 alpha-2
Territory = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}|WORLD)$")]


class NewHolder(forms.Form):
    """A party by its number, or a society by CISAC's number of it."""

    kind: Literal["party", "society"]
    key: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}$")]

    def holder(self) -> Holder:
        """As the books know it."""
        return Holder(self.kind, self.key)


class NewGrant(forms.Form):
    """A mandate, a direct licence or an opt-out, from its first day to its last."""

    kind: Kind
    grantor: NewHolder
    holder: NewHolder | None = None
    right: Right
    use: GrantedUse = "any"
    territory: Territory = "KZ"
    except_in: Annotated[list[Country], forms.Field(default_factory=list, max_length=50)]
    since: forms.Day
    until: forms.Day | None = None
    work_id: forms.Number | None = None
    licensee: forms.Remark = ""
    document: forms.Remark = ""

    def grant(self) -> Grant:
        """As the books know it, before it has a number."""
        return Grant(
            id=0,
            kind=self.kind,
            grantor=self.grantor.holder(),
            holder=self.holder.holder() if self.holder else None,
            right=self.right,
            use=self.use,
            territory=self.territory,
            except_in=tuple(self.except_in),
            since=self.since,
            until=self.until,
            work_id=self.work_id,
            licensee=self.licensee,
        )


class LastDay(forms.Form):
    """The last day on which it still holds."""

    until: forms.Day


@router.post("/mandates", status_code=201)
def register_grant(desk: Desk, grant: NewGrant) -> forms.Registered:
    """Register a mandate, a direct licence or an opt-out; two mandates may not overlap."""
    with writing(desk.books) as connection:
        number = store.put_grant(connection, grant.grant(), document=grant.document, at=desk.now())
    return forms.Registered(id=number)


@router.post("/mandates/{number}/end")
def end_grant(desk: Desk, number: forms.Number, last: LastDay) -> forms.Registered:
    """Let one end on a day."""
    with writing(desk.books) as connection:
        store.end_grant(connection, number, last.until)
    return forms.Registered(id=number)


@public.get("/licences")
def look_up_licence(
    desk: Desk,
    *,
    work: forms.Number,
    use: Use,
    right: Right = "performing",
    territory: Country = "KZ",
    day: forms.Day | None = None,
    recording: forms.Query = "",
) -> LicenceAnswer:
    """Who may license this work for this use in this country on this day, and who until when."""
    question = Question(work, right, use, territory, day or desk.now().date())
    with reading(desk.books) as connection:
        return who_may_license(connection, question, recording_id=recording)
