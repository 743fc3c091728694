"""Telling the national platform of a closing: once, its receipt kept, again after a failure."""

import hashlib
import io
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import httpx
import structlog
from sqlalchemy import Connection, Row, Select, exists, select

from central.database import put, reading, writing
from central.desk import Office
from central.errors import CentralError, Unknown, Unready
from central.exchange.deliveries import deliveries
from central.exchange.json_file import write_json
from central.exchange.platform import platform_report
from central.royalties.tables import distributions

ATTEMPTS = 6
LONGEST_WAIT_SECONDS = 60
_PATIENCE_SECONDS = 60
_LARGEST_RECEIPT_BYTES = 64_000

log = structlog.get_logger()


class NotDelivered(CentralError):
    """The platform did not take a closing; the text says what it answered. Try again later."""

    status = 502


@dataclass(frozen=True, slots=True)
class Answer:
    """What a platform said to a document; status 0 when it could not be reached."""

    status: int
    text: str

    @property
    def is_taken(self) -> bool:
        """Whether the platform has it now."""
        return 200 <= self.status < 300

    @property
    def may_change(self) -> bool:
        """Whether asking again can help: out of reach, too busy, or broken for the moment."""
        return self.status in (0, 408, 425, 429) or self.status >= 500


class Platform(Protocol):
    """Whatever takes a closing's document; the key makes saying it twice saying it once."""

    @property
    def address(self) -> str:
        """Which platform it is; a closing is told to each once."""

    def tell(self, document: bytes, *, key: str) -> Answer:
        """Hand a document over."""


@dataclass(frozen=True, slots=True)
class HttpPlatform:
    """A platform behind an address that takes JSON by POST.

    Attributes:
        address: https (or http on this machine).
        token: sent as bearer; empty for none.
    """

    address: str
    token: str = ""

    def tell(self, document: bytes, *, key: str) -> Answer:
        """POST the document under an Idempotency-Key."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            with httpx.stream(
                "POST",
                self.address,
                content=document,
                headers=headers,
                timeout=_PATIENCE_SECONDS,
                follow_redirects=False,
            ) as response:
                return Answer(response.status_code, _bounded(response))
        except httpx.HTTPError as error:
            return Answer(0, f"{type(error).__name__}: {error}")


def _bounded(response: httpx.Response) -> str:
    said = b""
    for piece in response.iter_bytes():
        said += piece
        if len(said) > _LARGEST_RECEIPT_BYTES:
            break
    return said[:_LARGEST_RECEIPT_BYTES].decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to tell the platform, as it is kept for good."""

    id: int
    distribution_id: int
    address: str
    document_sha256: str
    status: int
    receipt: str
    at: datetime

    @property
    def is_taken(self) -> bool:
        """Whether the platform took it."""
        return Answer(self.status, "").is_taken


def platform_of(office: Office) -> HttpPlatform:
    """The platform that the office's settings name.

    Raises:
        Unknown: none is named.
        Unready: its token cannot be read.
    """
    address = office.settings.platform_url
    if not address:
        raise Unknown(
            "no platform is named: set platform_url in the settings; XLSX and JSON can be"
            " fetched without it (`qulaq-central export platform`)"
        )
    path = office.home.platform_token
    try:
        token = path.read_text("utf-8").strip() if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise Unready(f"the platform's token, {path}: {error}") from error
    return HttpPlatform(address, token)


def deliver(
    office: Office,
    distribution_id: int,
    platform: Platform,
    *,
    clock: Callable[[], datetime],
    wait: Callable[[float], None] = time.sleep,
    luck: Callable[[], float] = random.random,
) -> Delivery:
    """Tell a platform of a closing, until it has it or says no; what it has is not said again.

    Every attempt is kept with what was answered. The key is of the closing and of the document's
    content, so that a receipt lost on the way costs a question and never a second entry.

    Args:
        office: whose closing.
        distribution_id: of the closing.
        platform: that takes it.
        clock: the office's.
        wait: seconds; between attempts, doubled each time.
        luck: 0 to 1, so that many offices do not come back at the same instant.

    Raises:
        Unknown: there is no such closing.
        NotDelivered: the platform said no, or could not be reached often enough.
    """
    document = _document(office, distribution_id)
    digest = hashlib.sha256(document).hexdigest()
    with reading(office.books) as connection:
        for earlier in kept(connection, distribution_id):
            same = (earlier.address, earlier.document_sha256) == (platform.address, digest)
            if earlier.is_taken and same:
                return earlier
    answer = Answer(0, "")
    for attempt in range(ATTEMPTS):
        if attempt:
            wait(min(2.0**attempt, LONGEST_WAIT_SECONDS) * (0.5 + luck() / 2))
        answer = platform.tell(document, key=f"qulaq-{distribution_id}-{digest[:32]}")
        made = _keep(office, distribution_id, platform.address, digest, answer, clock())
        log.info("platform_told", distribution=distribution_id, status=answer.status)
        if answer.is_taken:
            return made
        if not answer.may_change:
            break
    raise NotDelivered(
        f"the platform at {platform.address} did not take distribution {distribution_id}:"
        f" {answer.status or 'out of reach'} {answer.text[:200]!r}; every attempt is kept"
    )


def _document(office: Office, distribution_id: int) -> bytes:
    out = io.BytesIO()
    with reading(office.books) as connection:
        write_json(platform_report(connection, distribution_id, "en"), out)
    return out.getvalue()


def _keep(
    office: Office, number: int, address: str, digest: str, answer: Answer, at: datetime
) -> Delivery:
    row = {
        "distribution_id": number,
        "address": address,
        "document_sha256": digest,
        "status": answer.status,
        "receipt": answer.text,
        "attempted_at": at,
    }
    with writing(office.books) as connection:
        return Delivery(
            put(connection, deliveries, row),
            number,
            address,
            digest,
            answer.status,
            answer.text,
            at,
        )


def kept(connection: Connection, distribution_id: int) -> list[Delivery]:
    """Every attempt to tell of a closing, the latest first."""
    wanted: Select[Any] = select(deliveries).filter_by(distribution_id=distribution_id)
    return [_delivery(row) for row in connection.execute(wanted.order_by(deliveries.c.id.desc()))]


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        distribution_id=row.distribution_id,
        address=row.address,
        document_sha256=row.document_sha256,
        status=row.status,
        receipt=row.receipt,
        at=row.attempted_at,
    )


def untold(connection: Connection, address: str) -> Iterator[int]:
    """Closings, and runs after them, that the platform at an address has not taken yet, in order.

    What became of an event is told in the order in which it became so.
    """
    taken = (
        exists()
        .where(deliveries.c.distribution_id == distributions.c.id)
        .where(deliveries.c.address == address)
        .where(deliveries.c.status.between(200, 299))
    )
    wanted = select(distributions.c.id).where(~taken)
    yield from connection.scalars(wanted.order_by(distributions.c.id))
