"""What can go wrong at the office, and what an enquirer is told.

CentralError (of QulaqError)
├── Unknown        nothing is registered under that name; look it up in the lists  (404)
├── Taken          something else already stands there; the text names it  (409)
├── Unacceptable   the value cannot be right; correct it and send it again  (422)
├── NotStaff       the staff token is missing or wrong; ask the office for one  (401)
├── Unwelcome      this box or token may not do that; a person at the office must look  (403)
├── TooLarge       the body is larger than this door takes; send less at once  (413)
├── TooOften       one visitor asks more than the office can answer for all; wait  (429)
└── Unready        the office itself is not set up to run; the text says what to do  (500)
"""

from typing import ClassVar

from edge.errors import QulaqError


class CentralError(QulaqError):
    """Anything the office refuses on purpose; `status` is what HTTP calls it."""

    status: ClassVar[int] = 500


class Unknown(CentralError):
    """Nothing is registered under that name."""

    status = 404


class Taken(CentralError):
    """Something else already stands in that place."""

    status = 409


class Unacceptable(CentralError):
    """A value that cannot be right."""

    status = 422


class NotStaff(CentralError):
    """The staff token is missing or wrong."""

    status = 401


class Unwelcome(CentralError):
    """A box, or a bearer of a token, that may not do this."""

    status = 403


class TooLarge(CentralError):
    """A body larger than the door takes."""

    status = 413


class TooOften(CentralError):
    """More questions in a minute than one visitor may ask."""

    status = 429


class Unready(CentralError):
    """The office cannot run like this: no key, no database, or a newer one."""
