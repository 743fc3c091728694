"""Asking the witnesses to cosign what the log says of itself.

Source:
    C2SP tlog-witness, add-checkpoint.
"""

import base64
from collections.abc import Iterable
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import structlog

from central.database import reading, writing
from central.desk import Office
from central.errors import Unknown
from central.transparency import store
from central.transparency.notes import cosignatures
from central.transparency.policy import Witness, witnesses_in
from central.transparency.tree import Tree

_PATIENCE_SECONDS = 10
_LARGEST_BYTES = 100_000

log = structlog.get_logger()


def ask_witnesses(office: Office) -> None:
    """Ask each witness that has not cosigned the latest checkpoint yet; who is away is asked again.

    Raises:
        Unready: the file that names them cannot be used.
    """
    for witness in witnesses_in(office.home.witnesses):
        with reading(office.books) as connection:
            try:
                size, note = store.checkpoint(connection)
            except Unknown:
                return
            before = store.last_cosigned(connection, witness.key.text())
        if before < size:
            _ask(office, witness, note=note, size=size, before=before)


def _ask(office: Office, witness: Witness, *, note: str, size: int, before: int) -> None:
    status, answer = _post(witness, _request(office, note, size=size, old=before))
    if status == 409 and answer.strip().isdecimal():
        before = int(answer)
        if before > size:
            # Our books are older than what we once signed: going on would fork the log.
            log.error("log_behind_witness", witness=witness.key.name, ours=size, theirs=before)
            return
        status, answer = _post(witness, _request(office, note, size=size, old=before))
    body = note[: note.rindex("\n\n") + 1]
    lines = cosignatures(body, answer, witness=witness.key) if status == 200 else []
    if not lines:
        log.warning("log_not_witnessed", witness=witness.key.name, status=status, said=answer[:200])
        return
    with writing(office.books) as connection:
        store.put_cosignature(connection, size, witness.key.text(), lines[0])
    log.info("log_witnessed", witness=witness.key.name, leaves=size)


def _request(office: Office, note: str, *, size: int, old: int) -> bytes:
    with reading(office.books) as connection:
        tree = Tree(size, lambda level, number: store.tile(connection, level, number))
        proof = tree.consistency(old)
    return add_checkpoint(note, old=old, proof=proof)


def add_checkpoint(note: str, *, old: int, proof: Iterable[bytes]) -> bytes:
    """What is said to a witness: what it knows already, why this continues it, and this."""
    hashes = "".join(base64.b64encode(one).decode() + "\n" for one in proof)
    return f"old {old}\n{hashes}\n{note}".encode()


def _post(witness: Witness, body: bytes) -> tuple[int, str]:
    # The address comes from the operator's own file, and is http or https: `policy` saw to that.
    request = Request(f"{witness.url}/add-checkpoint", data=body, method="POST")  # noqa: S310
    try:
        with urlopen(request, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310
            return answer.status, answer.read(_LARGEST_BYTES).decode("utf-8", "replace")
    except HTTPError as e:
        with e:
            return e.code, e.read(_LARGEST_BYTES).decode("utf-8", "replace")
    except (URLError, OSError, HTTPException) as e:
        return 0, str(e)
