"""What the office says of its catalogue, kept in the books, and signed anew before it ends."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from securesystemslib.signer import CryptoSigner
from sqlalchemy import Column, Connection, Integer, LargeBinary, String, Table, insert, select
from tuf.api.metadata import Metadata, Root, Signed, Targets

from central.catalogue import roles
from central.catalogue.roles import ROLES, ROOT, SNAPSHOT, TARGETS, TIMESTAMP, Statement, Watch
from central.database import METADATA, Instant, reading, writing
from central.desk import Office
from central.errors import Unknown, Unready
from central.founding import save_secret
from edge.errors import BadSeal
from edge.sync.seal import load_private, new_key, private_pem

statements = Table(
    "catalogue_statements",
    METADATA,
    Column("role", String(16), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("said_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("content", LargeBinary, nullable=False),  # JSON exactly as it was signed
)

log = structlog.get_logger()


def newest(connection: Connection, role: str) -> Statement | None:
    """What a role said last; None if it never said anything."""
    mine = select(statements).filter_by(role=role).order_by(statements.c.version.desc())
    row = connection.execute(mine.limit(1)).first()
    return None if row is None else Statement(row.role, row.version, row.expires_at, row.content)


def said(connection: Connection, role: str, version: int) -> bytes:
    """What a role said then, as it was signed.

    Raises:
        Unknown: it said nothing of that number.
    """
    wanted = select(statements.c.content).filter_by(role=role, version=version)
    content: bytes | None = connection.scalar(wanted)
    if content is None:
        raise Unknown(f"{role} has said nothing with number {version}")
    return content


def root_in_force(office: Office) -> Statement:
    """The root that boxes are told to trust; the office's first question makes it.

    Raises:
        Unready: keys of the office cannot be read or made.
    """
    with reading(office.books) as connection:
        found = newest(connection, ROOT)
    if found is not None:
        return found
    with writing(office.books) as connection:
        return newest(connection, ROOT) or _begin(connection, office)


def publish(connection: Connection, office: Office, manifests: Mapping[str, bytes]) -> None:
    """Make these manifests the newest there are.

    Raises:
        Unready: the office lacks a key it needs.
    """
    if newest(connection, ROOT) is None:
        _begin(connection, office)
    version = _next(connection, TARGETS, office)
    targets = roles.name_targets(manifests, version=version, now=office.now())
    _point_to(connection, office, _say(connection, office, targets))


def adopt(connection: Connection, office: Office, root: Metadata[Root]) -> None:
    """Put a root in force that was signed elsewhere, and sign all else by its keys.

    Raises:
        Unacceptable: it may not follow the one in force.
        Unready: the office has too few of the keys it names for the other roles.
    """
    before = newest(connection, ROOT)
    if before is not None:
        roles.may_follow(root, roles.read_root(before.content).signed)
    _put(connection, office, roles.sign(root, ()))
    _say_all(connection, office)


def newest_timestamp(office: Office) -> bytes:
    """What boxes ask for first; what is soon to end is signed anew before it is given out.

    Raises:
        Unready: keys cannot be made.
        Unknown: the office has vouched for nothing yet.
    """
    root_in_force(office)
    timestamp = _read(office, TIMESTAMP)
    # Each day it is due, and all else is looked after then: boxes ask far more often than that.
    if timestamp.is_due(office.now()):
        try:
            with writing(office.books) as connection:
                renew(connection, office)
        except Unready as e:
            log.error("catalogue_not_renewed", cause=str(e))  # noqa: TRY400  # the cause says it all
        timestamp = _read(office, TIMESTAMP)
    return timestamp.content


def _read(office: Office, role: str) -> Statement:
    with reading(office.books) as connection:
        found = newest(connection, role)
    if found is None:
        raise Unknown(f"{role} has not said anything yet")
    return found


def renew(connection: Connection, office: Office) -> None:
    """Sign anew what is soon to end.

    A root of which the office has not enough keys is left to those who have them; the log says so
    as long as it is due.

    Raises:
        Unready: the office lacks a key it needs.
    """
    now = office.now()
    root, targets = newest(connection, ROOT), newest(connection, TARGETS)
    snapshot = newest(connection, SNAPSHOT)
    if root is None or targets is None or snapshot is None:
        return
    if root.is_due(now):
        _renew_root(connection, office, root)
    if targets.is_due(now) or snapshot.is_due(now):
        _say_all(connection, office)
    else:
        _point_to_snapshot(connection, office, snapshot)


def signers(office: Office, role: str) -> Sequence[CryptoSigner]:
    """By every key of a role that lies in the office: `ROLE.pem`, `ROLE-2.pem` and so on.

    Raises:
        Unready: a file holds no key.
    """
    paths = sorted(office.home.catalogue_keys.glob(f"{role}*.pem"))
    return [roles.signer(_load(path)) for path in paths]


def _begin(connection: Connection, office: Office) -> Statement:
    """The first root, by keys made now, and that there is no catalogue yet."""
    office.home.catalogue_keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    for role in ROLES:
        if not (path := office.home.catalogue_keys / f"{role}.pem").exists():
            save_secret(path, private_pem(new_key()))
    watches = {role: Watch([one.public_key for one in signers(office, role)]) for role in ROLES}
    draft = roles.draft_root(watches, version=1, now=office.now())
    first = roles.sign(draft, signers(office, ROOT))
    _put(connection, office, first)
    publish(connection, office, {})
    return first


def _renew_root(connection: Connection, office: Office, before: Statement) -> None:
    was = roles.read_root(before.content).signed
    watches = roles.watches_of(was)
    draft = roles.draft_root(watches, version=was.version + 1, now=office.now())
    known = {key.keyid for key in watches[ROOT].keys}
    hands = [one for one in signers(office, ROOT) if one.public_key.keyid in known]
    if len(hands) < watches[ROOT].threshold:
        log.error("root_ends", at=before.expires_at.isoformat(), do="qulaq-central root --help")
        return
    _put(connection, office, roles.sign(draft, hands))


def _say_all(connection: Connection, office: Office) -> None:
    """The same manifests once more, by the keys of the root in force."""
    before = newest(connection, TARGETS)
    named = {} if before is None else Metadata[Targets].from_bytes(before.content).signed.targets
    version = _next(connection, TARGETS, office)
    targets = roles.name_targets({}, version=version, now=office.now())
    targets.targets = named
    _point_to(connection, office, _say(connection, office, targets))


def _point_to(connection: Connection, office: Office, targets: Statement) -> None:
    version = _next(connection, SNAPSHOT, office)
    snapshot = roles.name_snapshot(targets, version=version, now=office.now())
    _point_to_snapshot(connection, office, _say(connection, office, snapshot))


def _point_to_snapshot(connection: Connection, office: Office, snapshot: Statement) -> None:
    version = _next(connection, TIMESTAMP, office)
    _say(connection, office, roles.name_timestamp(snapshot, version=version, now=office.now()))


def _next(connection: Connection, role: str, office: Office) -> int:
    before = newest(connection, role)
    return roles.next_version(0 if before is None else before.version, office.now())


def _say(connection: Connection, office: Office, what: Signed) -> Statement:
    root = newest(connection, ROOT)
    if root is None:
        raise Unready("there is no root yet")
    watch = roles.watches_of(roles.read_root(root.content).signed)[what.type]
    known = {key.keyid for key in watch.keys}
    hands = [one for one in signers(office, what.type) if one.public_key.keyid in known]
    if len(hands) < watch.threshold:
        raise Unready(
            f"{watch.threshold} keys must sign {what.type}, {len(hands)} of them are in "
            f"{office.home.catalogue_keys}; bring the others, or hold a ceremony for a new root"
        )
    statement = roles.sign(Metadata[Any](what), hands)
    _put(connection, office, statement)
    return statement


def _put(connection: Connection, office: Office, statement: Statement) -> None:
    row = {
        "role": statement.role,
        "version": statement.version,
        "said_at": office.now(),
        "expires_at": statement.expires_at,
        "content": statement.content,
    }
    connection.execute(insert(statements).values(row))


def _load(path: Path) -> EllipticCurvePrivateKey:
    try:
        return load_private(path.read_bytes())
    except (OSError, BadSeal) as e:
        raise Unready(f"the key {path}: {e}") from e
