"""The catalogue on the box: immutable segments, and the manifest that names them."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import ValidationError

from edge.durable import sync_folder, write_whole
from edge.errors import BadCatalogue, Refused, Unwritable
from edge.sync.wire import CatalogueFile, Manifest, Segment

READ_BYTES = 1 << 20
_KINDS = ("*.qseg", "*.qsib", "*.qwrk")


class Shelf:
    """A folder of segments. What is named by `manifest.json` is whole, always.

    New segments arrive in `incoming/`, are checked and moved beside the old ones; only then the
    manifest is replaced, in one rename. A box cut off at any point keeps the version it had. The
    one before stays too, named by `previous.json`: should the card lose what is in force, it is
    there to hear by.
    """

    def __init__(self, folder: Path) -> None:
        """Stand before a shelf; the folder is made when something is put on it."""
        self._folder = folder
        self._manifest = folder / "manifest.json"
        self._previous = folder / "previous.json"
        self._incoming = folder / "incoming"

    @property
    def vouched(self) -> Path:
        """The folder of what the box knows about who vouches for a catalogue."""
        return self._folder / "vouched"

    def manifest(self) -> Manifest | None:
        """The version in force, or None while there is none.

        It was vouched for when it was activated; the hearing process needs no key to read it.

        Raises:
            BadCatalogue: the file is there but is no manifest.
        """
        return _read(self._manifest)

    def previous(self) -> Manifest | None:
        """The version that was in force before, or None if there was none.

        Raises:
            BadCatalogue: the file is there but is no manifest.
        """
        return _read(self._previous)

    def manifest_bytes(self) -> bytes:
        """The manifest in force as it was vouched for; empty while there is none to be read."""
        try:
            return self._manifest.read_bytes()
        except OSError:
            return b""

    def version(self) -> int:
        """The version in force; 0 while there is none, or none that can be read: any may come."""
        try:
            manifest = self.manifest()
        except BadCatalogue:
            return 0
        return 0 if manifest is None else manifest.version

    def segments(self, manifest: Manifest) -> list[Path]:
        """The segments of a version, the oldest first; of its ways, the one that is here."""
        return [self._folder / segment.name for segment in self._way(manifest)]

    def siblings(self, manifest: Manifest) -> Path | None:
        """The file that says which recordings of a version share sound, if it has one."""
        return None if manifest.siblings is None else self._folder / manifest.siblings.name

    def works(self, manifest: Manifest) -> Path | None:
        """The file of scores that works played live are followed by, if a version has one."""
        return None if manifest.works is None else self._folder / manifest.works.name

    def names(self) -> list[str]:
        """The files that are here, sorted."""
        return sorted(path.name for path in self._kept())

    def missing(self, manifest: Manifest) -> list[CatalogueFile]:
        """The files of a version that are not yet here, whole."""
        needed = [*self._way(manifest), *manifest.besides]
        return [file for file in needed if not self._is_whole(file)]

    def drop_spoiled(self) -> list[Path]:
        """Throw out files whose bytes the card has changed; the next round fetches them.

        Raises:
            Unwritable: the card is read-only or dying.
        """
        with self._card():
            spoiled = [
                path for path in self._kept() if f"{_sha256(path)}{path.suffix}" != path.name
            ]
            for path in spoiled:
                path.unlink()
        return spoiled

    def arrived(self, segment: CatalogueFile) -> int:
        """Bytes of a segment that came before the connection broke."""
        part = self._part(segment)
        return part.stat().st_size if part.exists() else 0

    def append(self, segment: CatalogueFile, piece: bytes) -> None:
        """Add the next bytes of a segment that is on its way.

        Raises:
            BadCatalogue: more bytes than the manifest promised; what came is dropped.
            Unwritable: the card is full, read-only or dying.
        """
        if self.arrived(segment) + len(piece) > segment.size_bytes:
            self._part(segment).unlink(missing_ok=True)
            raise BadCatalogue(f"segment {segment.name} is longer than {segment.size_bytes} bytes")
        with self._card():
            self._incoming.mkdir(parents=True, exist_ok=True)
            with self._part(segment).open("ab") as file:
                file.write(piece)
                file.flush()
                os.fsync(file.fileno())

    def accept(self, segment: CatalogueFile) -> None:
        """Check a segment that has come whole, and put it on the shelf.

        Raises:
            BadCatalogue: its bytes are not what the manifest says; what came is dropped.
            Unwritable: the card is read-only or dying.
        """
        part = self._part(segment)
        if not part.exists():
            self.append(segment, b"")  # an empty segment never had a first piece
        digest = _sha256(part)
        if digest != segment.sha256 or not segment.name.startswith(f"{digest}."):
            part.unlink()
            raise BadCatalogue(f"segment {segment.name} came as {digest}; it is fetched anew")
        with self._card():
            part.replace(self._folder / segment.name)
            sync_folder(self._folder)

    def activate(self, manifest: Manifest) -> None:
        """Make a version the one in force; all its segments must be on the shelf.

        Args:
            manifest: one that is vouched for.

        Raises:
            Refused: older than the version in force: an old catalogue would unlearn pieces.
            BadCatalogue: a segment is missing or has the wrong size.
            Unwritable: the card is full, read-only or dying; the version in force stays.
        """
        self.check_not_older(manifest)
        for segment in self.missing(manifest):
            raise BadCatalogue(f"segment {segment.name} is not whole on the shelf")
        with self._card():
            self._folder.mkdir(parents=True, exist_ok=True)
            with suppress(BadCatalogue):
                if (before := self.manifest()) is not None and before != manifest:
                    write_whole(self._previous, before.to_bytes())
            write_whole(self._manifest, manifest.to_bytes())
            for stray in self._strays():
                stray.unlink(missing_ok=True)

    def check_not_older(self, manifest: Manifest) -> None:
        """See that a version may follow the one in force.

        Raises:
            Refused: it is older.
        """
        current = self.version()
        if manifest.version < current:
            raise Refused(f"catalogue version {manifest.version} after {current}")

    @contextmanager
    def _card(self) -> Iterator[None]:
        try:
            yield
        except OSError as e:
            raise Unwritable(
                f"the shelf {self._folder} cannot be written: {e.strerror}; look at the card"
            ) from e

    def _way(self, manifest: Manifest) -> list[Segment]:
        """The segments of a version in the way that brings us the fewest bytes."""
        return manifest.way(self._is_whole)

    def _is_whole(self, segment: CatalogueFile) -> bool:
        path = self._folder / segment.name
        return path.exists() and path.stat().st_size == segment.size_bytes

    def _kept(self) -> list[Path]:
        return [path for kind in _KINDS for path in self._folder.glob(kind)]

    def _part(self, segment: CatalogueFile) -> Path:
        return self._incoming / f"{segment.sha256}.part"

    def _strays(self) -> Iterator[Path]:
        """Files that neither version names; a process that still maps one keeps its bytes."""
        named = set()
        for version in (self.manifest, self.previous):
            with suppress(BadCatalogue):
                if (kept := version()) is not None:
                    named |= {file.name for file in [*self._way(kept), *kept.besides]}
        yield from (path for path in self._kept() if path.name not in named)
        yield from self._incoming.glob("*.part")


def _read(path: Path) -> Manifest | None:
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as e:
        raise BadCatalogue(f"{path} is no manifest; sync fetches it again") from e


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(READ_BYTES):
            digest.update(piece)
    return digest.hexdigest()
