"""Who vouches for the catalogue: TUF's roles, what each signs, for how long, by which keys.

`root` says whose keys count and how many must agree. `targets` names the manifests by their bytes,
`snapshot` the newest `targets`, `timestamp` the newest `snapshot`: so nobody can show a box an
older catalogue, parts of two, or none and call it the newest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (
    Metadata,
    MetaFile,
    Role,
    Root,
    Signed,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from central.errors import Unacceptable
from edge.errors import BadSeal
from edge.sync.seal import load_public

ROOT, TARGETS, SNAPSHOT, TIMESTAMP = ROLES = ("root", "targets", "snapshot", "timestamp")
SCHEME = "ecdsa-sha2-nistp256"
LASTS = {
    ROOT: timedelta(days=730),
    TARGETS: timedelta(days=180),
    SNAPSHOT: timedelta(days=180),
    TIMESTAMP: timedelta(days=14),
}
_RENEWED_WITH = {  # what is left when it is signed anew
    ROOT: timedelta(days=365),
    TARGETS: timedelta(days=90),
    SNAPSHOT: timedelta(days=90),
    TIMESTAMP: timedelta(days=13),
}


@dataclass(frozen=True, slots=True)
class Watch:
    """A role as a root has it: which keys speak for it, and how many must agree."""

    keys: Sequence[SSlibKey]
    threshold: int = 1


@dataclass(frozen=True, slots=True)
class Statement:
    """What a role says at one time, as it is served.

    Attributes:
        role: of `ROLES`.
        version: grows with every statement of the role.
        expires_at: from then on a box takes nothing new by it.
        content: JSON as it was signed.
    """

    role: str
    version: int
    expires_at: datetime
    content: bytes

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to sign it anew."""
        return self.expires_at - now <= _RENEWED_WITH[self.role]


def public_key(pem: str) -> SSlibKey:
    """A key as a root names it.

    Raises:
        BadSeal: the text is not a P-256 public key.
    """
    return SSlibKey.from_crypto(load_public(pem), scheme=SCHEME)


def signer(key: EllipticCurvePrivateKey) -> CryptoSigner:
    """Who signs by a key."""
    return CryptoSigner(key, SSlibKey.from_crypto(key.public_key(), scheme=SCHEME))


def draft_root(
    watches: Mapping[str, Watch], *, version: int, now: datetime, lasts: timedelta = LASTS[ROOT]
) -> Metadata[Root]:
    """A root that nobody has signed yet.

    Raises:
        Unacceptable: fewer keys for a role than must agree, or a threshold of none.
    """
    for role in ROLES:
        keys, threshold = watches[role].keys, watches[role].threshold
        if not 1 <= threshold <= len({key.keyid for key in keys}):
            raise Unacceptable(f"{threshold} of {len(keys)} keys cannot agree on {role}")
    roles = {role: Role([], watches[role].threshold) for role in ROLES}
    root = Root(version=version, expires=_whole(now + lasts), roles=roles, consistent_snapshot=True)
    for role in ROLES:
        for key in watches[role].keys:
            root.add_key(key, role)
    return Metadata(root)


def watches_of(root: Root) -> dict[str, Watch]:
    """Who speaks for what, as a root says it."""
    return {
        role: Watch(
            [_own(root.keys[keyid]) for keyid in root.roles[role].keyids],
            root.roles[role].threshold,
        )
        for role in ROLES
    }


def may_follow(root: Metadata[Root], before: Root) -> None:
    """See that a root may follow another: both agree, each by as many keys as it asks for.

    Raises:
        Unacceptable: a wrong number, or too few signatures.
    """
    if root.signed.version != before.version + 1:
        raise Unacceptable(f"root {root.signed.version} cannot follow root {before.version}")
    for judge, name in ((before, "root in force"), (root.signed, "new root")):
        found = judge.get_verification_result(ROOT, root.signed_bytes, root.signatures)
        if not found.verified:
            raise Unacceptable(
                f"the {name} asks for {found.threshold} of its root keys, "
                f"{len(found.signed)} have signed; run `qulaq-central root sign` with another"
            )


def read_root(content: bytes) -> Metadata[Root]:
    """A root or a draft of one.

    Raises:
        Unacceptable: the bytes are none.
    """
    try:
        read: Metadata[Root] = Metadata[Root].from_bytes(content)
    except RepositoryError as e:
        raise Unacceptable(f"this is no root: {e}") from e
    if not isinstance(read.signed, Root):
        raise Unacceptable(f"this is no root but {read.signed.type}")
    return read


def name_targets(manifests: Mapping[str, bytes], *, version: int, now: datetime) -> Targets:
    """Manifests by name, each with its length and digest."""
    named = {
        name: TargetFile.from_data(name, content, ["sha256"]) for name, content in manifests.items()
    }
    return Targets(version=version, expires=_whole(now + LASTS[TARGETS]), targets=named)


def name_snapshot(targets: Statement, *, version: int, now: datetime) -> Snapshot:
    """The newest targets."""
    meta = {"targets.json": _file(targets)}
    return Snapshot(version=version, expires=_whole(now + LASTS[SNAPSHOT]), meta=meta)


def name_timestamp(snapshot: Statement, *, version: int, now: datetime) -> Timestamp:
    """The newest snapshot."""
    expires = _whole(now + LASTS[TIMESTAMP])
    return Timestamp(version=version, expires=expires, snapshot_meta=_file(snapshot))


def sign(metadata: Metadata[Any], signers: Iterable[CryptoSigner]) -> Statement:
    """Put signatures beside those there are."""
    for one in signers:
        metadata.sign(one, append=True)
    said: Signed = metadata.signed
    return Statement(said.type, said.version, said.expires, metadata.to_bytes())


def next_version(before: int, now: datetime) -> int:
    """A number above the last that grows with the calendar: after a backup came back it does too.

    Minutes since 1970; boxes never take a lower one, and the books may have forgotten the last.
    """
    return max(before + 1, int(now.timestamp()) // 60)


def _file(statement: Statement) -> MetaFile:
    return MetaFile.from_data(statement.version, statement.content, ["sha256"])


def _own(key: Any) -> SSlibKey:  # noqa: ANN401  # the library's base class, of which we know one kind
    if not isinstance(key, SSlibKey):
        raise BadSeal(f"key {key.keyid} is of an unknown kind")
    return key


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
