"""The plain kinds of value people and programs may send: bounded before anything looks at them."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

LARGEST = 2**31 - 1  # what every database keeps in an integer
# Calendars reach from year 1 to 9999, but a change of zone may not cross their ends.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_BARE = re.compile(r"\s*[-+]?[\d._]+([eE][-+]?\d+)?\s*$")
# A line feed in a name, by any of its codes, would forge a line of a report.
_PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"


def _written(value: object) -> object:
    """A moment and a day are written out; a bare number could be seconds or milliseconds."""
    if isinstance(value, bool | int | float) or (isinstance(value, str) and _BARE.match(value)):
        raise ValueError("write it as in 2026-11-21 or 2026-11-21T19:00:00+05:00")
    return value


Number = Annotated[int, Field(ge=1, le=LARGEST)]  # of a row: a work, a hall, an event
After = Annotated[int, Field(ge=0, le=LARGEST)]  # a page of a list begins after this row
Minor = Annotated[int, Field(ge=0, le=10**15)]  # money in minor units: tiyn, cent
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_PRINTABLE),
]
Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=_PRINTABLE),
]
Remark = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=_PRINTABLE)
]
Code = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=_PRINTABLE)
]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]  # ISO 4217
Moment = Annotated[
    AwareDatetime, BeforeValidator(_written), Field(ge=EARLIEST, le=LATEST, strict=False)
]
Day = Annotated[date, BeforeValidator(_written), Field(strict=False)]
Query = Annotated[str, StringConstraints(max_length=200)]  # what somebody looks for


class Form(BaseModel):
    """Something to register; a name it does not know is an error, not a remark.

    A number is a number: neither `true` nor "1" is taken for one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Registered(BaseModel):
    """The number under which it now stands in the books."""

    id: int
