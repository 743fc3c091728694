"""When the keys of the root change: drafted at the office, signed where the keys lie, adopted."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from central.catalogue import roles, vouching
from central.catalogue.roles import ROLES, ROOT, Watch
from central.database import writing
from central.errors import Taken, Unacceptable
from central.founding import open_office, save_secret
from central.settings import Home, Settings
from edge.durable import write_whole
from edge.errors import BadSeal
from edge.sync.seal import load_private, new_key, private_pem, public_pem


def make_key(path: Path) -> Path:
    """A key for the root, and beside it what may be shown of it; needs no office.

    Raises:
        Taken: there is a file already.
        Unacceptable: the folder cannot be written.
    """
    shown = path.with_suffix(".pub")
    if path.exists():
        raise Taken(f"{path} is there already; name another file")
    key = new_key()
    try:
        save_secret(path, private_pem(key))
        write_whole(shown, public_pem(key).encode())
    except OSError as e:
        raise Unacceptable(f"{path} cannot be written: {e.strerror}") from e
    return shown


def draft(home: Home, publics: Sequence[Path], *, threshold: int) -> bytes:
    """The root that shall follow; all roles but `root` keep the keys they have.

    Args:
        home: the office.
        publics: PEM files of all that shall have a root key; none: those who have one.
        threshold: how many of them must agree from then on; 0: as many as now.

    Raises:
        Unacceptable: a file holds no key, or too few for the threshold.
        Unready: no office there.
    """
    with closing(open_office(home, Settings())) as office:
        before = roles.read_root(vouching.root_in_force(office).content).signed
        watches = roles.watches_of(before)
        keys = [roles.public_key(_pem(path)) for path in publics] or watches[ROOT].keys
        watches[ROOT] = Watch(keys, threshold or watches[ROOT].threshold)
        return roles.draft_root(watches, version=before.version + 1, now=office.now()).to_bytes()


def sign(path: Path, key: Path) -> str:
    """Put a signature on a draft, wherever both are; needs no office.

    Raises:
        Unacceptable: one of them is not what it should be.
    """
    root = roles.read_root(_bytes(path))
    try:
        signer = roles.signer(load_private(_bytes(key)))
    except BadSeal as e:
        raise Unacceptable(f"{key}: {e}") from e
    write_whole(path, roles.sign(root, [signer]).content)
    return f"{path} has {len(root.signatures)} signatures now"


def adopt(home: Home, path: Path) -> str:
    """Put a draft in force that enough of the old and of the new keys have signed.

    Raises:
        Unacceptable: too few have, or it does not follow the one in force.
        Unready: the office lacks keys for the other roles.
    """
    root = roles.read_root(_bytes(path))
    with closing(open_office(home, Settings())) as office:
        vouching.root_in_force(office)
        with writing(office.books) as connection:
            vouching.adopt(connection, office, root)
    return f"root {root.signed.version} is in force until {root.signed.expires:%Y-%m-%d}"


def told(home: Home) -> str:
    """Whose keys count, how many must agree, and until when."""
    with closing(open_office(home, Settings())) as office:
        root = roles.read_root(vouching.root_in_force(office).content).signed
        lines = [f"root {root.version}, until {root.expires:%Y-%m-%d}"]
        here = {one.public_key.keyid for role in ROLES for one in vouching.signers(office, role)}
        for role, watch in roles.watches_of(root).items():
            lines.append(f"{role}: {watch.threshold} of {len(watch.keys)} keys")
            lines += [
                f"  {key.keyid[:16]}  {'here' if key.keyid in here else 'elsewhere'}"
                for key in watch.keys
            ]
        if (left := root.expires - datetime.now(UTC)).days < 365:
            lines.append(f"{left.days} days are left: `root draft`, `root sign`, `root adopt`")
    return "\n".join(lines)


def _pem(path: Path) -> str:
    content = _bytes(path)
    try:
        roles.public_key(content.decode())
    except (BadSeal, UnicodeDecodeError) as e:
        raise Unacceptable(f"{path} holds no public key; `root key` makes one, .pub") from e
    return content.decode()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as e:
        raise Unacceptable(f"{path} cannot be read: {e.strerror}") from e
