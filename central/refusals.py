"""What a refusal looks like and which ones there are, as the OpenAPI tells it to programs."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel


class Refusal(BaseModel):
    """Why not, in words for a person."""

    detail: str


Answers = dict[int | str, dict[str, Any]]
"""Responses beside the one a route is for, by status, as FastAPI takes them."""

_WORDS: Mapping[int, str] = {
    400: "The body ends too early, or its packing or form cannot be read",
    401: "Whoever asks is not known here",
    403: "Whoever asks may not do that, or the seal does not fit",
    404: "Nothing is registered under that name",
    409: "Something else already stands in that place",
    413: "The body is larger than this door takes",
    415: "The body is packed in a way that is not opened here",
    422: "A value cannot be right; the text names it",
    429: "So many questions a minute are not answered",
    502: "Whom it was to be told to did not take it",
    503: "The books cannot be used now, or all counters are taken; come again",
}
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_HEADERS: Mapping[int, Mapping[str, Any]] = {
    401: {
        "WWW-Authenticate": {
            "description": "How to be known here; to a box, with the nonce to sign with.",
            "schema": {"type": "string"},
        }
    },
    415: {
        "Accept-Encoding": {
            "description": "The packing that is opened.",
            "schema": {"type": "string"},
        }
    },
    503: _RETRY,
}


def refused(*statuses: int) -> Answers:
    """Refusals with these statuses, for `responses` of a route, a router or the application."""
    return {
        status: {
            "model": Refusal,
            "description": _WORDS[status],
            **({"headers": _HEADERS[status]} if status in _HEADERS else {}),
        }
        for status in statuses
    }


def file(*media_types: str, headers: tuple[str, ...] = ()) -> Answers:
    """That a route answers a file in one of these forms, for `responses`.

    Args:
        media_types: as the answer's Content-Type has them, without parameters.
        headers: names of headers that come with the file.
    """
    told = {name: {"schema": {"type": "string"}} for name in headers}
    binary = {"type": "string", "format": "binary"}
    content = {
        kind: {"schema": {} if kind == "application/json" else binary} for kind in media_types
    }
    return {200: {"content": content, **({"headers": told} if told else {})}}


EVERYWHERE = refused(400, 413, 415, 422, 503)
"""The doors, the forms and the books themselves may refuse, whatever was asked."""
TO_STAFF = refused(401, 404, 409)
TO_BOXES = refused(401, 403, 404, 409)
TO_ANYBODY = refused(404, 409, 429)
