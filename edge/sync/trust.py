"""Which catalogue is the office's newest, whoever stands between: TUF answers that.

A box asks four roles in turn, each named by the one before. It believes a root that continues the
one it was given with its first orders, and nothing older than it has seen, nothing pieced together
and nothing that has ended. To know what has ended it does not look at its clock, which may be
wrong: the office says the time, sealed, in answer to a nonce of the box's own, and with it which
part of the catalogue is for halls like the box's. What is believed here decides on what is fetched.
What the box has on its shelf it hears by for ever.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from tuf.api.exceptions import (
    DownloadHTTPError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
)
from tuf.api.metadata import Metadata, Root
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from edge.durable import write_whole
from edge.errors import BadCatalogue, BadSeal, Refused, Unwritable
from edge.sync.protocol import Answer, Request, ask_time, drive, fetch_vouched
from edge.sync.seal import unseal
from edge.sync.wire import CENTRAL, Manifest, TimeTold

MANIFEST_BYTES = 1 << 18  # some thousand files
WHOLE = "all.json"  # the manifest of everything that can be recognised
LIMITS = UpdaterConfig(
    max_root_rotations=64,
    root_max_length=1 << 16,
    timestamp_max_length=1 << 14,
    snapshot_max_length=1 << 16,
    targets_max_length=1 << 20,
)
_METADATA = "metadata/"

Send = Callable[[Request], Answer]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Whom a box believes about the catalogue.

    Attributes:
        root: TUF root metadata that its orders brought; the first it was given is for good.
        central_key: PEM, by whose seal the time is told.
    """

    root: str
    central_key: str


def newest_manifest(
    folder: Path, anchor: Anchor, send: Send, *, nonce: str, have: bytes = b""
) -> Manifest | None:
    """The manifest of the newest catalogue; None while there is none.

    Args:
        folder: where the box keeps what it has seen of the roles; of one process at a time.
        anchor: whom it believes.
        send: the way to central.
        nonce: 32 hex digits that were never said before.
        have: a manifest that is not fetched once more if it is still the newest.

    Raises:
        Unreachable: central did not answer, or said more than anybody needs to.
        Refused: what it says has ended, or it does not say it.
        BadSeal: somebody else said it, or it is older than what was said before.
        BadCatalogue: it is signed, and no manifest.
        Unwritable: the card takes nothing more.
    """
    told = _told_now(anchor, send, nonce)
    try:
        content = _asked(folder, anchor, send, told=told, have=have)
    except ExpiredMetadataError as e:
        raise Refused(
            f"nobody has vouched for the catalogue lately: {e} ({told.at.isoformat()}); "
            "somebody holds back what is new, or the office must renew its keys"
        ) from e
    except DownloadHTTPError as e:
        raise Refused(f"central does not say who vouches for its catalogue: {e}") from e
    except RepositoryError as e:
        raise BadSeal(f"what vouches for the catalogue is not the office's newest: {e}") from e
    except OSError as e:
        raise Unwritable(f"{folder} cannot be written: {e.strerror}; look at the card") from e
    return None if content is None else _read(content)


def _told_now(anchor: Anchor, send: Send, nonce: str) -> TimeTold:
    sealed = drive(ask_time(nonce), send)
    told = unseal(sealed, TimeTold, signer=CENTRAL, public_key=anchor.central_key)
    if told.nonce != nonce:
        raise BadSeal(f"central was asked the time with {nonce}, and answered {told.nonce}")
    return told


def _read(content: bytes) -> Manifest:
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as e:
        raise BadCatalogue(f"what is vouched for is no manifest this box can read: {e}") from e


def _asked(
    folder: Path, anchor: Anchor, send: Send, *, told: TimeTold, have: bytes
) -> bytes | None:
    fetcher = _Fetcher(send)
    root = _first_root(folder, anchor.root.encode())
    updater = Updater(str(folder), _METADATA, fetcher=fetcher, config=LIMITS, bootstrap=root)
    # The library would look at the machine's clock, and has no door for another.
    updater._trusted_set.reference_time = told.at
    updater.refresh()
    # A profile that nobody vouches for is one that gets everything.
    own = updater.get_targetinfo(f"{told.profile}.json") if told.profile else None
    named = own or updater.get_targetinfo(WHOLE)
    if named is None:
        return None
    if named.length > MANIFEST_BYTES:
        raise BadCatalogue(f"a manifest of {named.length} bytes is too long; most {MANIFEST_BYTES}")
    with suppress(LengthOrHashMismatchError):
        named.verify_length_and_hashes(have)
        return have
    digest = named.hashes["sha256"]
    content = fetcher.download_bytes(f"manifests/{digest}.{named.path}", named.length)
    named.verify_length_and_hashes(content)
    return content


def _first_root(folder: Path, given: bytes) -> bytes:
    """The root the box was first given: whoever has the office's key cannot exchange it.

    A card that has lost it is given it again.
    """
    path = folder / "first.json"
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists() or not _is_root(path.read_bytes()):
        write_whole(path, given)
    return path.read_bytes()


def _is_root(content: bytes) -> bool:
    try:
        root: Metadata[Root] = Metadata[Root].from_bytes(content)
        root.verify_delegate(Root.type, root)
    except (RepositoryError, TypeError, ValueError):
        return False
    return True


class _Fetcher(FetcherInterface):
    """Asks as the box asks everything: signed, bounded, over the one way to central."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def download_bytes(self, url: str, max_length: int) -> bytes:
        """What lies at a place; not a byte more than agreed is heard."""
        found = drive(fetch_vouched(url, longest=max_length), self._send)
        if found is None:
            raise DownloadHTTPError(f"{url} is not there", 404)
        return found

    def _fetch(self, url: str) -> Iterator[bytes]:
        yield self.download_bytes(url, LIMITS.timestamp_max_length)
