"""The console's door: the staff token in a cookie that no script and no other site can use."""

from typing import Annotated

from fastapi import Depends, Request, Response

from central.access import bearer_of, is_staff
from central.database import reading
from central.desk import Desk, Office
from central.errors import NotStaff, Unwelcome

COOKIE = "qulaq_staff"
HOURS = 12  # after which a browser must sign in again


def signed_in(desk: Desk, request: Request) -> None:
    """Let staff through to a page.

    Raises:
        NotStaff: no cookie, or its token is no longer in force.
    """
    if not is_known(desk, request.cookies.get(COOKIE, "")):
        raise NotStaff("sign in to see this page")


def is_known(office: Office, token: str) -> bool:
    """Whether a token opens this office."""
    with reading(office.books) as connection:
        return is_staff(connection, token)


def teller(desk: Desk, request: Request) -> str:
    """Who among the staff says so, by the label of the token in the cookie.

    Raises:
        NotStaff: no cookie, or its token is no longer in force.
    """
    with reading(desk.books) as connection:
        label = bearer_of(connection, request.cookies.get(COOKIE, ""))
    if label is None:
        raise NotStaff("sign in to say this")
    return label


def sign_in(response: Response, token: str, *, over_https: bool) -> None:
    """Let the browser keep the token for a working day."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=HOURS * 3600,
        httponly=True,
        samesite="strict",
        secure=over_https,
    )


def sign_out(response: Response) -> None:
    """Let the browser forget the token."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")


def from_here(request: Request) -> None:
    """Refuse a form that a page of another site has sent in a visitor's name.

    Raises:
        Unwelcome: the browser says that the form stood elsewhere.

    Source:
        W3C, Fetch Metadata Request Headers, sec. 2.4.
    """
    sent_from = request.headers.get("sec-fetch-site", "none")
    if request.method == "POST" and sent_from not in ("same-origin", "none"):
        raise Unwelcome("this form was sent by a page of another site; use the office's own")


SignedIn = Depends(signed_in)
FromHere = Depends(from_here)
Teller = Annotated[str, Depends(teller)]
