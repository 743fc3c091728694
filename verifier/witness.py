"""Somebody else who remembers the log: signs that it only ever grew, and never signs two stories.

Source:
    C2SP tlog-witness (add-checkpoint and the monitor's checkpoint), tlog-cosignature.
"""

import argparse
import base64
import hashlib
import os
import sys
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from verifier.verify import COSIGNS, SIGNS, Key, Untrue, decode, node, read_key, refuse, whole

LARGEST_BYTES = 100_000  # of a request
PATIENCE_SECONDS = 30  # for a slow or silent caller
_EMPTY_ROOT = hashlib.sha256(b"").digest()


class Turned(Exception):
    """A request that is not granted; `status` and `said` are the answer of the protocol."""

    def __init__(self, status: int, said: str = "") -> None:
        super().__init__(said)
        self.status = status
        self.said = said


def is_continued(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of `size` begins with the one of `old` leaves.

    Source:
        RFC 9162, section 2.1.4.2.
    """
    if old in (0, size):
        return not proof and (old == 0 or root == old_root)
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    number, last = old - 1, size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    if not proof:
        return False
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            first, second = node(step, first), node(step, second)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            second = node(second, step)
        number, last = number >> 1, last >> 1
    return (first, second, last) == (old_root, root, 0)


class Witness:
    """One who cosigns for some logs, and keeps what it cosigned last of each in a folder.

    Args:
        folder: holds the key, and a file for each log.
        logs: keys of the logs it witnesses.
    """

    def __init__(self, folder: Path, logs: Sequence[Key]) -> None:
        name, secret = (folder / "witness.key").read_text("utf-8").split()
        self._private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
        self.key = Key(name, COSIGNS, self._private.public_key().public_bytes_raw())
        self._folder = folder
        self._logs = {key.name: key for key in logs}
        self._turn = threading.Lock()

    def add_checkpoint(self, request: str, *, now: int) -> str:
        """Cosign a checkpoint that continues what was cosigned before; answers the signature line.

        Args:
            request: the body of the call.
            now: seconds since 1970.

        Raises:
            Turned: it is not of a log witnessed here, not signed by it, or does not continue it.
        """
        try:
            old, proof, note = _parted(request)
            body, size, root = self._signed(note)
        except (Untrue, ValueError) as e:
            raise Turned(400, str(e)) from e
        if old > size:
            raise Turned(400, f"old size {old} is larger than {size}")
        with self._turn:
            known, known_root = self._latest(body.split("\n")[0])
            if old != known:
                raise Turned(409, f"{known}\n")
            empty = size == 0 and root != _EMPTY_ROOT
            if empty or not is_continued(known, known_root, size, root, proof):
                raise Turned(422, f"this does not continue the log of {known} leaves")
            line = self._cosignature(body, now)
            self._keep(body.split("\n")[0], note + line)
        return line

    def _signed(self, note: str) -> tuple[str, int, bytes]:
        body, blank, lines = note.rpartition("\n\n")
        origin, size, root, *_ = (body + "\n").split("\n")
        log = self._logs.get(origin)
        if log is None:
            raise Turned(404, f"{origin!r} is not witnessed here")
        start = f"— {log.name} "
        signatures = [decode(s[len(start) :]) for s in lines.split("\n") if s.startswith(start)]
        own = [signature for signature in signatures if signature[:4] == log.id]
        if not blank or not own or not all(log.holds(one[4:], body + "\n") for one in own):
            raise Turned(403, f"{origin!r} did not sign this")
        return body + "\n", whole(size), decode(root)

    def _cosignature(self, body: str, now: int) -> str:
        said = f"cosignature/v1\ntime {now}\n{body}".encode()
        signature = self.key.id + now.to_bytes(8, "big") + self._private.sign(said)
        return f"— {self.key.name} {base64.b64encode(signature).decode()}\n"

    def note_path(self, origin_hash: str) -> Path:
        """Where the last checkpoint cosigned of a log is kept."""
        return self._folder / f"{origin_hash}.checkpoint"

    def _latest(self, origin: str) -> tuple[int, bytes]:
        path = self.note_path(hashlib.sha256(origin.encode()).hexdigest())
        if not path.exists():
            return 0, _EMPTY_ROOT
        _, size, root, *_ = path.read_text("utf-8").split("\n")
        return whole(size), decode(root)

    def _keep(self, origin: str, note: str) -> None:
        # On the disk before the signature leaves: a witness that forgets can be made to lie.
        path = self.note_path(hashlib.sha256(origin.encode()).hexdigest())
        draft = path.with_suffix(".part")
        with draft.open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def _parted(request: str) -> tuple[int, list[bytes], str]:
    head, blank, note = request.partition("\n\n")
    old, *proof = head.split("\n")
    if not blank or not old.startswith("old ") or len(proof) > 63:
        refuse("shape", head)
    return whole(old.removeprefix("old ")), [decode(line) for line in proof], note


class Door(BaseHTTPRequestHandler):
    """The witness over HTTP."""

    server: "Server"
    timeout = PATIENCE_SECONDS

    def do_POST(self) -> None:  # the name the library calls
        """`add-checkpoint`."""
        length = self.headers.get("content-length", "")
        if self.path != "/add-checkpoint":
            return self._answer(404, "only /add-checkpoint is answered here\n")
        if not length.isdecimal() or int(length) > LARGEST_BYTES:
            return self._answer(400, f"a body of at most {LARGEST_BYTES} bytes is wanted\n")
        try:
            request = self.rfile.read(int(length)).decode("utf-8")
            line = self.server.witness.add_checkpoint(request, now=int(time.time()))
        except UnicodeDecodeError as e:
            return self._answer(400, f"{e}\n")
        except Turned as e:
            kind = "text/x.tlog.size" if e.status == 409 else "text/plain; charset=utf-8"
            return self._answer(e.status, e.said, kind=kind)
        return self._answer(200, line)

    def do_GET(self) -> None:
        """The last checkpoint cosigned of a log: `/SHA-256 OF ITS ORIGIN/checkpoint`."""
        name, _, what = self.path.removeprefix("/").partition("/")
        path = self.server.witness.note_path(name)
        if what != "checkpoint" or not name.isalnum() or not path.exists():
            return self._answer(404, "no checkpoint of that log was cosigned here\n")
        return self._answer(200, path.read_text("utf-8"))

    def _answer(self, status: int, text: str, *, kind: str = "text/plain; charset=utf-8") -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """A witness that answers at an address."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], witness: Witness) -> None:
        super().__init__(address, Door)
        self.witness = witness


def found(folder: Path, name: str) -> None:
    """Make a witness's key in a folder; there must be none.

    Raises:
        OSError: there is a key already, or the folder cannot be written.
        Untrue: the name has spaces or a plus.
    """
    if not name or "+" in name or any(letter.isspace() for letter in name):
        refuse("key", name)
    folder.mkdir(parents=True, exist_ok=True)
    secret = Ed25519PrivateKey.generate().private_bytes_raw().hex()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(folder / "witness.key", flags, 0o600), "w") as file:
        file.write(f"{name} {secret}\n")
        file.flush()
        os.fsync(file.fileno())


def public_line(key: Key) -> str:
    """A key as it is handed around: NAME+NUMBER+KEY."""
    typed = base64.b64encode(bytes([key.kind]) + key.public).decode()
    return f"{key.name}+{key.id.hex()}+{typed}"


def main() -> int:
    """The command `qulaq-witness`; answers its exit code."""
    asked = _arguments()
    try:
        if asked.what == "init":
            found(asked.folder, asked.name)
        witness = Witness(asked.folder, [read_key(key, SIGNS) for key in asked.log])
        print(public_line(witness.key), flush=True)
        if asked.what == "serve":
            with Server((asked.host, asked.port), witness) as server:
                print(f"witnessing on http://{asked.host}:{server.server_port}", flush=True)
                server.serve_forever()
    except KeyboardInterrupt:
        return 0
    except (OSError, ValueError, Untrue) as e:
        print(f"qulaq-witness: {e}", file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="qulaq-witness",
        description="Witness a log: remember how far it had grown, and sign only what continues it."
        " `init` makes a key and prints its public line, which the office and the authors need;"
        " `serve` answers the log at /add-checkpoint.",
    )
    parser.add_argument("what", choices=["init", "serve"])
    parser.add_argument("--folder", type=Path, required=True, help="keeps the key and the memory")
    parser.add_argument("--name", default="", help="of the witness, with init: an address of yours")
    parser.add_argument("--log", action="append", default=[], help="key of a log to witness")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8701, help="port to listen on")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
