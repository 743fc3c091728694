"""What every room finds on its desk: the settings, the books, the office's key and the clock."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from fastapi import Depends, Request
from sqlalchemy import Engine

from central.settings import Home, Settings


@dataclass(frozen=True, slots=True)
class Office:
    """One running office; `books` takes `reading` and `writing` of the database room."""

    home: Home
    settings: Settings
    books: Engine
    key: EllipticCurvePrivateKey

    def close(self) -> None:
        """Let the books go."""
        self.books.dispose()

    def now(self) -> datetime:
        """The office's clock, UTC."""
        return datetime.now(UTC)


def office_of(request: Request) -> Office:
    """The office that this request came to."""
    office: Office = request.app.state.office
    return office


Desk = Annotated[Office, Depends(office_of)]
