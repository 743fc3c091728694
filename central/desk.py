"""What every room finds on its desk: the settings, the books, the office's key and the clock."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from fastapi import Depends, Request
from sqlalchemy import Engine

from central.settings import Home, Settings
from central.together import Together


@dataclass(frozen=True, slots=True)
class Office:
    """One running office; `books` takes `reading` and `writing` of the database room.

    Letters that wait at `counter` together are taken in together.
    """

    home: Home
    settings: Settings
    books: Engine
    key: EllipticCurvePrivateKey
    counter: Together[Any, Any] = field(default_factory=Together, compare=False, repr=False)

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
