"""The counter for authors and publishers: parties and works come in here, and are looked up."""

from fastapi import APIRouter, Response

from central import forms
from central.access import Staff
from central.database import reading, writing
from central.desk import Desk
from central.refusals import file
from central.repertoire import imports, lists, store
from central.repertoire.newcomers import NewParty, NewSociety, NewWork

router = APIRouter(prefix="/v1", tags=["repertoire"], dependencies=[Staff])
"""Everything staff may register or look up."""


@router.post("/parties", status_code=201)
def register_party(desk: Desk, party: NewParty) -> forms.Registered:
    """Register a party."""
    codes, societies = party.codes(), party.societies()
    with writing(desk.books) as connection:
        number = store.put_party(
            connection, name=party.name, latin_name=party.latin_name, at=desk.now(), **codes
        )
        store.put_affiliations(connection, number, societies)
    return forms.Registered(id=number)


@router.post("/societies", status_code=201)
def register_society(desk: Desk, society: NewSociety) -> NewSociety:
    """Register a society, or correct its name."""
    with writing(desk.books) as connection:
        store.put_society(
            connection, code=society.code, name=society.name, territory=society.territory
        )
    return society


@router.post("/works", status_code=201)
def register_work(desk: Desk, work: NewWork) -> forms.Registered:
    """Register a work with its shares."""
    iswc, parts, detail = work.code(), work.parts(), work.detail()
    with writing(desk.books) as connection:
        number = store.put_work(
            connection, title=work.title, iswc=iswc, parts=parts, at=desk.now(), detail=detail
        )
    return forms.Registered(id=number)


@router.put("/works/{work_id}")
def revise_work(desk: Desk, work_id: forms.Number, work: NewWork) -> forms.Registered:
    """Replace what is registered of a work; what was paid on it stays as it was paid."""
    iswc, parts, detail = work.code(), work.parts(), work.detail()
    with writing(desk.books) as connection:
        store.require_work(connection, work_id)
        store.revise_work(
            connection, work_id, title=work.title, iswc=iswc, parts=parts, detail=detail
        )
    return forms.Registered(id=work_id)


@router.get("/parties")
def list_parties(desk: Desk, q: forms.Query = "", after: forms.After = 0) -> list[lists.Party]:
    """Parties by number, at most 500 of those after `after`; `q` finds in any script."""
    with reading(desk.books) as connection:
        return lists.parties(connection, query=q, after=after)


@router.get("/works")
def list_works(
    desk: Desk, q: forms.Query = "", after: forms.After = 0, *, held: bool = False
) -> list[lists.Work]:
    """Works with their shares, by number, at most 500 of those after `after`; or those held."""
    with reading(desk.books) as connection:
        return lists.works(connection, query=q, after=after, held=held)


@router.get("/search/works")
def find_works(desk: Desk, q: forms.Query) -> list[lists.Work]:
    """Works called something like `q`, under any title and in any script, the likest first."""
    with reading(desk.books) as connection:
        return lists.works_like(connection, q)


@router.get("/search/parties")
def find_parties(desk: Desk, q: forms.Query) -> list[lists.Party]:
    """Parties called something like `q`, the likest first."""
    with reading(desk.books) as connection:
        return lists.parties_like(connection, q)


@router.get("/search/recordings")
def find_recordings(desk: Desk, q: forms.Query) -> list[lists.Recording]:
    """Recordings with a title or performer something like `q`, the likest first."""
    with reading(desk.books) as connection:
        return lists.recordings_like(connection, q)


@router.get("/recordings")
def list_recordings(
    desk: Desk, q: forms.Query = "", after: forms.Query = ""
) -> list[lists.Recording]:
    """Recordings by id, at most 500 of those after `after`."""
    with reading(desk.books) as connection:
        return lists.recordings(connection, query=q, after=after)


@router.get("/imports")
def list_imports(desk: Desk) -> list[imports.Import]:
    """The latest files of works that came in, and what became of them."""
    with reading(desk.books) as connection:
        return imports.latest(connection)


@router.get(
    "/imports/{number}/acknowledgement",
    response_class=Response,
    responses=file(*imports.MEDIA_TYPES.values()),
)
def download_acknowledgement(desk: Desk, number: forms.Number) -> Response:
    """The acknowledgement of a file, as it was first given."""
    with reading(desk.books) as connection:
        came_in = imports.import_of(connection, number)
        content = imports.acknowledgement_of(connection, number)
    return Response(content, media_type=imports.MEDIA_TYPES[came_in.kind])
