"""The plain kinds of value people and programs may send: bounded before anything looks at them."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

LARGEST = 2**31 - 1  # what every database keeps in an integer

Number = Annotated[int, Field(ge=1, le=LARGEST)]  # of a row: a work, a hall, an event
Minor = Annotated[int, Field(ge=0, le=10**15)]  # money in minor units: tiyn, cent
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]  # ISO 4217
Moment = AwareDatetime
Query = Annotated[str, StringConstraints(max_length=200)]  # what somebody looks for


class Form(BaseModel):
    """Something to register; a name it does not know is an error, not a remark."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Registered(BaseModel):
    """The number under which it now stands in the books."""

    id: int
