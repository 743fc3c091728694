"""Is this statement true? A verifier that believes nobody: one file, to be copied anywhere.

It needs Python 3.11 and the package `cryptography`, and nothing else of the project: not its
network, not its books, not its code. What it reads is described in docs/formats/bundle.md.
"""

import argparse
import gc
import json
import os
import re
import sys
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LARGEST_BYTES = 200_000_000  # of a bundle; a statement of 10,000 plays takes about 12,000,000
LARGE = 1_000_000  # bytes: from so many on a process of its own is worth its start
RULE = "follow-the-money-v1"
HEARD = "heard"  # what says that something was played; else a programme or a cue sheet
MILLISECOND = timedelta(milliseconds=1)
Span = tuple[datetime, datetime]  # from when until when something was heard
SIGNS, COSIGNS = 1, 4  # key types of C2SP signed-note: a log's, a witness's
TRUE, REFUSED, UNREADABLE, UNWITNESSED = 0, 1, 2, 3


class Untrue(Exception):
    """What the file says cannot be so; `what` is a sentence of `WORDS`, `which` its detail."""

    def __init__(self, what: str, which: object = "") -> None:
        super().__init__(f"{what}: {which}")
        self.what = what
        self.which = str(which)[:300]


def refuse(what: str, which: object = "") -> NoReturn:
    """Stop: this is not true.

    Raises:
        Untrue: always.
    """
    raise Untrue(what, which)


# ── The file ────────────────────────────────────────────────────────────────────────────────────

FORMAT = "qulaq/bundle/v2"
SALT = re.compile(rb"[0-9a-f]{32}")
normal = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
"""JSON in its one normal form: names in order, no spaces, letters as they are."""


def _each_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(members)
    return named if len(named) == len(members) else refuse("twice", [name for name, _ in members])


def _no_fraction(text: str) -> NoReturn:
    refuse("number", text)


DOCUMENTS = json.JSONDecoder(
    object_pairs_hook=_each_once, parse_float=_no_fraction, parse_constant=_no_fraction
)
RECORDS = json.JSONDecoder()  # what boxes say: there may be fractions in it


class Leaf(NamedTuple):
    """Something that hangs in the log, opened.

    Attributes:
        words: a document, or what a box said; hashed as it stands, byte by byte.
    """

    index: int  # type: ignore[assignment]  # the tuple's own method of that name is not used
    name: str
    salt: str
    words: bytes

    @property
    def opened(self) -> bytes:
        """The four lines whose SHA-256 is its entry in the log."""
        content = sha256(self.words).hexdigest()
        return f"qulaq/leaf/v1\n{self.name}\n{content}\n{self.salt}\n".encode()


class Bundle(NamedTuple):
    """What a file shows: leaves of a log, the rest of its tree, and who signed its root."""

    log: str
    witnesses: list[str]
    checkpoint: str
    hashes: list[str]
    leaves: list[Leaf]


def read_bundle(raw: bytes) -> Bundle:
    """The bundle in the bytes of a file; not one of them may be another.

    What stands around the words of leaves has only one spelling, and their words are hashed.

    Raises:
        Untrue: too large, or not such a bundle.
    """
    if len(raw) > LARGEST_BYTES:
        refuse("large", LARGEST_BYTES)
    parts = raw.split(b"\n\n", 4)
    if len(parts) != 5 or not raw.endswith(b"\n"):
        refuse("format")
    head, body, signatures, hashes, leaves = parts
    form, log, *witnesses = head.decode().split("\n")
    if form != FORMAT:
        refuse("format", form)
    return Bundle(
        log,
        witnesses,
        f"{body.decode()}\n\n{signatures.decode()}\n",
        hashes.decode().split("\n") if hashes else [],
        [read_leaf(line) for line in leaves[:-1].split(b"\n")],
    )


def read_leaf(line: bytes) -> Leaf:
    """The leaf in a line: its place in the log, its name, its salt, and its words.

    Raises:
        Untrue: there is less in it, or one of the first three is not what it should be.
    """
    parts = line.split(b" ", 3)
    if len(parts) != 4 or not SALT.fullmatch(parts[2]):
        refuse("leaf", line)
    index, name, salt = [part.decode() for part in parts[:3]]
    if not (name.isascii() and name.isprintable() and name):
        refuse("leaf", line)
    return Leaf(whole(index), name, salt, parts[3])


class Shape:
    """Names that an object must have, each with a value of one very kind."""

    def __init__(self, **kinds: type) -> None:
        self._kinds = tuple(kinds.values())
        self._take = itemgetter(*kinds)

    def of(self, value: object) -> tuple[Any, ...]:
        """The values of these names, in order; more names there may be.

        Raises:
            Untrue: a name is missing, or its value is of another kind.
        """
        try:
            values: tuple[Any, ...] = self._take(value) if type(value) is dict else ()
        except KeyError as e:
            refuse("shape", f"{e} in {value!r}")
        return values if tuple(map(type, values)) == self._kinds else refuse("shape", value)


def decode(text: object) -> bytes:
    """The bytes behind base64 in its one spelling."""
    try:
        raw = a2b_base64(text, strict_mode=True) if isinstance(text, str) else b""
    except ValueError as e:
        refuse("base64", e)
    return raw if b2a_base64(raw, newline=False).decode() == text else refuse("base64", text)


def whole(text: str) -> int:
    """A whole number in its one spelling."""
    if not (text.isascii() and text.isdigit() and len(text) < 19) or str(int(text)) != text:
        refuse("number", text)
    return int(text)


# ── Who signed ──────────────────────────────────────────────────────────────────────────────────


class Key(NamedTuple):
    """A public key of a log or a witness, with its name."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that stand before its signatures."""
        typed = bytes([self.kind]) + self.public
        return sha256(self.name.encode() + b"\n" + typed).digest()[:4]

    def holds(self, signature: bytes, body: str) -> bool:
        """Whether this key signed the checkpoint's text; of a witness, at a time it names."""
        said = body
        if self.kind == COSIGNS:
            time = int.from_bytes(signature[:8], "big")
            signature, said = signature[8:], f"cosignature/v1\ntime {time}\n{body}"
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, said.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


def read_key(text: object, kind: int) -> Key:
    """The key in a line NAME+NUMBER+KEY.

    Raises:
        Untrue: it is none of that kind, or its number is not its own.
    """
    parts = text.split("+", 2) if isinstance(text, str) else []
    raw = decode(parts[2]) if len(parts) == 3 else b""
    if len(raw) != 33 or raw[0] != kind:
        refuse("key", text)
    key = Key(parts[0], kind, raw[1:])
    if key.id.hex() != parts[1]:
        refuse("key", text)
    return key


class Policy:
    """Whom the reader trusts (C2SP tlog-policy): logs, witnesses, and how many are enough."""

    def __init__(self) -> None:
        self.logs: list[Key] = []
        self.witnesses: dict[str, Key] = {}
        self.groups: dict[str, tuple[int, list[str]]] = {}
        self.quorum = "none"

    def satisfied(self, signed: list[Key], name: str = "") -> bool:
        """Whether those who cosigned are enough."""
        name = name or self.quorum
        if name in self.groups:
            least, members = self.groups[name]
            return sum(self.satisfied(signed, member) for member in members) >= least
        return name == "none" or self.witnesses[name] in signed


def read_policy(text: str) -> Policy:
    """A trust policy.

    Raises:
        Untrue: a line that is none, or a name nothing defines.
    """
    policy, quorums = Policy(), []
    for line in text.split("\n"):
        words = [] if line.lstrip().startswith("#") else line.split()
        known = [*policy.witnesses, *policy.groups]
        match words:
            case []:
                continue
            case ["log", key] | ["log", key, _]:
                policy.logs.append(read_key(key, SIGNS))
            case ["witness", name, key] | ["witness", name, key, _] if _is_new(name, known):
                policy.witnesses[name] = read_key(key, COSIGNS)
            case ["group", name, least, *members] if _is_new(name, known):
                policy.groups[name] = _group(least, members, known)
            case ["quorum", name] if name in [*known, "none"]:
                quorums.append(name)
            case _:
                refuse("policy", line)
    if len(quorums) != 1:
        refuse("policy", "quorum")
    policy.quorum = quorums[0]
    return policy


def _is_new(name: str, known: list[str]) -> bool:
    return name != "none" and name not in known


def _group(least: str, members: list[str], known: list[str]) -> tuple[int, list[str]]:
    count = {"any": 1, "all": len(members)}.get(least) or whole(least)
    if not set(members) <= set(known) or not 1 <= count <= len(members):
        refuse("policy", f"{least} {' '.join(members)}")
    return count, members


class Checkpoint(NamedTuple):
    """How large the log was, what its root was, and who cosigned that."""

    origin: str
    size: int
    root: bytes
    cosigned: list[Key]


def read_checkpoint(bundle: Bundle, policy: Policy) -> Checkpoint:
    """The checkpoint, if the log signed it and every other signature on it holds.

    Raises:
        Untrue: another log, a key nobody trusts, a false signature, or one without its key.
    """
    body, _, lines = bundle.checkpoint.rpartition("\n\n")
    body += "\n"
    keys = [read_key(bundle.log, SIGNS)]
    keys += [read_key(text, COSIGNS) for text in bundle.witnesses]
    if policy.logs and keys[0] not in policy.logs:
        refuse("log", bundle.log)
    said = lines.split("\n")
    if len(said) != len(keys) + 1 or said[-1]:
        refuse("signatures", len(said) - 1)
    for key, line in zip(keys, said, strict=False):
        start = f"— {key.name} "
        signature = decode(line.removeprefix(start)) if line.startswith(start) else b""
        if signature[:4] != key.id or not key.holds(signature[4:], body):
            refuse("signature", key.name)
    origin, size, root, *more = body.split("\n")
    if origin != keys[0].name or more != [""]:
        refuse("checkpoint", body)
    return Checkpoint(origin, whole(size), decode(root), keys[1:])


# ── What hangs in the log ───────────────────────────────────────────────────────────────────────


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours in the tree (RFC 6962)."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """The tree of the log, grown from left to right out of the leaves and hashes of a bundle.

    Attributes:
        root: the hash that stands for the whole log.

    Raises:
        Untrue: leaves out of order or beyond the size, too few hashes, or too many.
    """

    def __init__(self, leaves: list[Leaf], hashes: list[str], size: int) -> None:
        self._size = size
        self._nodes: dict[tuple[int, int], bytes] = {}  # by the leaves under them: first, end
        edge: list[tuple[int, bytes]] = []  # subtrees waiting for a neighbour as wide
        end = 0
        for width, shown in self._subtrees(leaves, iter(hashes)):
            first, end, root = end, end + width, shown
            self._nodes[first, end] = root
            while edge and first - edge[-1][0] == end - first:
                first, left = edge.pop()
                root = self._nodes[first, end] = node(left, root)
            edge.append((first, root))
        self.root = edge.pop()[1] if leaves else refuse("hashes")
        while edge:
            first, left = edge.pop()
            self.root = self._nodes[first, size] = node(left, self.root)

    def _subtrees(self, leaves: list[Leaf], rest: Iterator[str]) -> Iterator[tuple[int, bytes]]:
        """From left to right: how many leaves are under a hash, and the hash."""
        grown = 0
        for leaf in leaves:
            if leaf.index != grown:
                yield from self._hidden(grown, leaf.index, rest)
            if leaf.index >= self._size:
                refuse("order", leaf.index)
            yield 1, sha256(b"\x00" + sha256(leaf.opened).digest()).digest()
            grown = leaf.index + 1
        yield from self._hidden(grown, self._size, rest)
        if next(rest, None) is not None:
            refuse("hashes")

    def _hidden(self, grown: int, until: int, rest: Iterator[str]) -> Iterator[tuple[int, bytes]]:
        """The next hashes for the leaves that are not shown; each as wide as can be."""
        if not grown <= until <= self._size:
            refuse("order", until)
        while grown < until:
            room = until - grown
            if until < self._size:
                room = 1 << room.bit_length() - 1
            width, shown = min(grown & -grown or room, room), decode(next(rest, ""))
            if len(shown) != 32:
                refuse("hashes")
            yield width, shown
            grown += width

    def path(self, index: int) -> list[bytes]:
        """The audit path of a leaf shown: the hashes from its sibling up."""
        path, first, end = [], 0, self._size
        while end - first > 1:
            middle = first + (1 << (end - first - 1).bit_length() - 1)
            if index < middle:
                path.append(self._nodes[middle, end])
                end = middle
            else:
                path.append(self._nodes[first, middle])
                first = middle
        return path[::-1]


class Beside:
    """The root of a file's tree, reckoned in a process beside this one that does the sums.

    It begins before anything is read, while the two have little memory in common to be kept apart.
    """

    def __init__(self, raw: bytes) -> None:
        self._pipe, told = os.pipe()
        self._child = os.fork()
        if not self._child:
            try:
                bundle = read_bundle(raw)
                size = whole(bundle.checkpoint.split("\n")[1])
                os.write(told, Tree(bundle.leaves, bundle.hashes, size).root)
            finally:  # nothing of the caller's is to be done twice
                os._exit(0)
        os.close(told)

    @property
    def root(self) -> bytes:
        """The root, once it is there; nothing, if what is shown leads to none. Asked once."""
        root = os.read(self._pipe, 32)
        os.close(self._pipe)
        os.waitpid(self._child, 0)
        return root


# ── What is owed ────────────────────────────────────────────────────────────────────────────────


def share(amount: int, weights: list[int]) -> list[int]:
    """A sum split in proportion to the weights, by largest remainder, ties to the first."""
    if type(weights) is not list or set(map(type, weights)) != {int}:
        refuse("weights", weights)
    total, size = sum(weights), abs(amount)
    if total <= 0 or min(weights) < 0:
        refuse("weights", weights[:20])
    if len(weights) == 1:
        return [amount]
    exact = [size * weight for weight in weights]
    parts = [one // total for one in exact]
    left = size - sum(parts)
    if left:
        for part in sorted(range(len(parts)), key=lambda part: -(exact[part] % total))[:left]:
            parts[part] += 1
    return parts if amount >= 0 else [-part for part in parts]


def rate(amount: int, over: int, under: int, rounding: str) -> int:
    """A fraction of an amount as a whole number; a negative one is the opposite of its opposite."""
    if under <= 0 or rounding not in ("half-up", "toward-zero"):
        refuse("step", rounding)
    product = amount * over
    doubled = 2 * abs(product) + (under if rounding == "half-up" else 0)
    sign = -1 if product < 0 else 1
    return sign * (doubled // (2 * under))


MANY: dict[str, Callable[[list[int]], int]] = {
    "sum": sum,
    "less": lambda of: of[0] - sum(of[1:]),
    "least": min,
    "most": max,
}


class Reckoning:
    """Amounts by name, grown step by step; each step is done anew and must give what it says.

    Args:
        inputs: amounts to begin with.
        pool: how the pool the line draws from is shared out, part by part.
    """

    def __init__(self, inputs: dict[str, Any], pool: list[int] | None = None) -> None:
        self._amounts = inputs | {}
        self._pool = pool
        for amount in inputs.values():
            if type(amount) is not int:
                refuse("shape", inputs)

    def amount(self, of: object) -> int:
        """The amount of that name, or the number itself."""
        amount = of if type(of) is int else self._amounts.get(of) if type(of) is str else None
        return amount if type(amount) is int else refuse("step", of)

    def follow(self, steps: list[Any], parts: list[Any], gives: list[Any]) -> None:
        """Do the steps, one after another.

        Args:
            steps: what is done with which amounts.
            parts: which part each `share` among them takes.
            gives: what each must give.
        """
        rest = iter(parts)
        if len(gives) != len(steps):
            refuse("step", gives)
        for step, given in zip(steps, gives, strict=True):
            name = step["name"]
            if type(name) is not str or type(given) is not int or name in self._amounts:
                refuse("step", normal(step))
            shares = step["op"] == "share"
            result = self._share(step, next(rest, None)) if shares else self._result(step)
            if result != given:
                refuse("step", f"{normal(step)} {given}")
            self._amounts[name] = given
        if next(rest, None) is not None:
            refuse("step", parts)

    def _share(self, step: dict[str, Any], part: object) -> int:
        of, weights = step["of"], step["weights"]
        if of == weights == "pool" and self._pool is not None:
            shares = self._pool
        else:
            shares = share(self.amount(of), weights)
        if type(part) is not int or not 0 <= part < len(shares):
            refuse("step", normal(step))
        return shares[part]

    def _result(self, step: dict[str, Any]) -> int:
        of = step["of"]
        if step["op"] == "rate":
            over, under = [self.amount(number) for number in step["rate"]]
            return rate(self.amount(of), over, under, step["round"])
        if step["op"] not in MANY or type(of) is not list or not of:
            refuse("step", step)
        return MANY[step["op"]]([self.amount(one) for one in of])


WAY = Shape(steps=list, amount=str)


class Way:
    """How lines of a statement come to their amounts; each has its own parts and results.

    Attributes:
        steps: from the pool to the amount, without what differs from line to line.
        amount: the name of the amount.
        turns: whether the last step turns it round, which takes something back.
        draws: whether it begins with a part of the pool, and ends with the amount.
        is_plain: whether it is the one way of the rule `follow-the-money-v1`.
    """

    def __init__(self, document: object) -> None:
        self.steps, self.amount = steps, amount = WAY.of(document)
        done = [(step["op"], step["of"], step.get("weights")) for step in steps]
        names = [step["name"] for step in steps]
        self.turns = len(steps) > 1 and done[-1][:2] == ("less", [0, names[-2]])
        if len(steps) > 1 and done[-1][0] == "less" and not self.turns:
            refuse("back", normal(steps[-1]))
        ends = bool(steps) and amount == names[-1]
        self.draws = ends and ("share", "pool", "pool") in done
        own = done[:-1] if self.turns else done
        parts = own[1][2] if len(own) == 2 else None
        money = [("share", "pool", "pool"), ("share", names[0], parts)] if steps else []
        self.is_plain = ends and own == money and type(parts) is list and sum(parts) == 10_000


def told(steps: list[Any]) -> tuple[list[Any], list[Any], list[Any]]:
    """Steps, the part that each share takes, and what each gives, where the steps say it."""
    parts = [step["part"] for step in steps if step["op"] == "share"]
    return steps, parts, [step["gives"] for step in steps]


POOL = Shape(
    format=str, event=int, title=str, starts_at=str, ends_at=str, listened=dict,
    rule=str, currency=str, inputs=dict, steps=list, pool=str, weights=list,
)  # fmt: skip
TAKEN = Shape(pool=str, steps=list, amount=str)


class Pool:
    """An event's money and how it is shared out among all plays of the event.

    Attributes:
        taken: what a later pool took out of earlier ones, one reckoning after another.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        POOL.of(document)
        if document["format"] != "qulaq/pool/v1":
            refuse("format", document["format"])
        reckoning = Reckoning(document["inputs"])
        reckoning.follow(*told(document["steps"]))
        self.document = document
        self.weights: list[int] = document["weights"]
        self.parts = share(reckoning.amount(document["pool"]), self.weights or [1])
        self.is_fee_alone = document["steps"] == [] and document["pool"] == "fee"
        self.opens, self.closes = moment(document["starts_at"]), moment(document["ends_at"])
        played = document.get("performed")
        self.performed = None if played is None else {(play[0], play[2]) for play in played}
        self.taken: list[dict[str, Any]] = document.get("taken", [])
        if type(self.taken) is not list or (self.taken and "taken" not in document["inputs"]):
            refuse("shape", document["inputs"])
        self._require_minutes(document.get("performed", []))

    def is_of(self, part: int, milliseconds: int) -> bool:
        """Whether it is the fee alone, and this part of it belongs to a play of that length."""
        return self.is_fee_alone and self.weights[part] == milliseconds

    def _require_minutes(self, played: list[Any]) -> None:
        protected = sum(play[0] for play in played if play[1] != "public-domain")
        lengths = {"protected_ms": protected, "performed_ms": sum(play[0] for play in played)}
        for name, length in lengths.items():
            counted = self.document["inputs"].get(name, length)
            if counted != length:
                refuse("minutes", f"{name} {counted} ≠ {length}")

    def require_taken(self, pools: Callable[[str], "Pool"]) -> None:
        """Whether what this pool divides is what earlier pools of the event had for it."""
        total = 0
        for one in self.taken:
            name, steps, amount = TAKEN.of(one)
            source = pools(name)
            reckoning = Reckoning({}, source.parts)
            reckoning.follow(*told(steps))
            if not Way({"steps": steps, "amount": amount}).draws:
                refuse("taken", name)
            total += reckoning.amount(amount)
        if self.taken and total != self.document["inputs"]["taken"]:
            refuse("taken", f"{total} ≠ {self.document['inputs']['taken']}")


def moment(text: object) -> datetime:
    """An instant, with its zone."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        at = None
    return at if at and at.tzinfo else refuse("moment", text)


STATEMENT = Shape(
    format=str, id=int, distribution=int, venue=str, rule=str, party=dict, currency=str,
    total=int, ways=list, music=list, lines=list, closed_at=str,
)  # fmt: skip
LATER = Shape(kind=str, closing=int, because=str)
ACCOUNT = Shape(brought=int, paid=int, carried=int)
LINE = Shape(event=int, play=dict, music=int, way=int, parts=list, gives=list)
LATER_LINE = Shape(pool=str, takes_back=str)
PLAY = Shape(id=str, milliseconds=int, detections=list)
MUSIC = Shape(recording=str, basis=str)
ON_STAGE = Shape(id=str, basis=str, milliseconds=int, detections=list)
TESTIMONY = Shape(format=str, basis=str, length_by=str, said=dict)
DETECTION = Shape(kind=str, boot=str, seq=int, recording_id=str, started_at=str, ended_at=str)
PERFORMANCE = Shape(kind=str, boot=str, seq=int, score_id=str, started_at=str, ended_at=str)


class Statement:
    """A statement, checked line by line against pools and detections as they are logged."""

    def __init__(self, leaves: list[Leaf]) -> None:
        self._words = {leaf.name: leaf.words for leaf in leaves}
        # by whether it is taken back: of each record the play it belongs to, of each play its words
        self._used: tuple[dict[str, str], dict[str, str]] = {}, {}
        self._plays: tuple[dict[tuple[int, str], Any], dict[tuple[int, str], Any]] = {}, {}
        self._said: dict[str, str] = {}  # a testimony's name: the play it is of
        self._pools: dict[str, Pool] = {}
        self._staged: set[tuple[int, int]] = set()  # productions whose grand right it pays
        self.rule_checked = True
        self.reckoned = True
        name = [name for name in self._words if name.startswith("statement/")]
        self.document = self._document(name[0]) if name else refuse("format", "statement")
        self._check(self.document, name[0])
        if len(leaves) != 1 + len(self._pools) + self.detections + len(self._said):
            refuse("unneeded")

    def _document(self, name: str) -> dict[str, Any]:
        document = DOCUMENTS.decode(self._said_by(name).decode())
        return document if type(document) is dict else refuse("missing", name)

    def _said_by(self, name: str) -> bytes:
        words = self._words.get(name)
        return words if words is not None else refuse("missing", name)

    @property
    def plays(self) -> int:
        """How many plays it pays for."""
        return sum(map(len, self._plays))

    @property
    def detections(self) -> int:
        """How many detections those rest on."""
        return len(self._used[0].keys() | self._used[1].keys())

    @property
    def declared(self) -> int:
        """How many of the plays no box vouches for, but a programme or a cue sheet."""
        plays = [*self._plays[0].values(), *self._plays[1].values()]
        return sum(music["basis"] != HEARD for _, music in plays)

    @property
    def staged(self) -> int:
        """Of how many productions it pays the grand right."""
        return len(self._staged)

    @property
    def testified(self) -> int:
        """Of how many plays people said something."""
        return len(self._said)

    @property
    def listened(self) -> tuple[int, int]:
        """Milliseconds of the events listened to, and of the events."""
        events = {pool.document["event"]: pool.document for pool in self._pools.values()}
        spans = [document["listened"] for document in events.values()]
        return sum(s.get("heard", 0) for s in spans), sum(sum(s.values()) for s in spans)

    def _check(self, document: dict[str, Any], name: str) -> None:
        form, number, *_ = STATEMENT.of(document)
        known = (form, name) == ("qulaq/statement/v3", f"statement/{number}")
        if not known or type(document["party"]["name"]) is not str:
            refuse("format", name)
        self._is_later = "closing" in document
        if self._is_later:
            LATER.of(document)
        self._ways = [Way(way) for way in document["ways"]]
        self._music = document["music"]
        for music in self._music:
            MUSIC.of(music)
        total = sum([self._amount(line) for line in document["lines"]])
        if total != document["total"]:
            refuse("total", f"{total} ≠ {document['total']}")
        if "account" in document:
            brought, paid, carried = ACCOUNT.of(document["account"])
            if paid < 0 or brought + total != paid + carried:
                refuse("account", normal(document["account"]))

    def _amount(self, line: dict[str, Any]) -> int:
        event, play, what, how, parts, gives = LINE.of(line)
        if not (0 <= what < len(self._music) and 0 <= how < len(self._ways)):
            refuse("line", f"{what}, {how}")
        music, way = self._music[what], self._ways[how]
        pool = self._pool(self._name_of_pool(line), event)
        if line.get("production") is None:
            milliseconds = self._heard(line, music, pool)
        else:  # a grand right: owed of the box office, whatever was heard
            milliseconds = self._on_stage(play | music, pool, line["production"])
        inputs = line.get("inputs", {})
        reckoning = Reckoning(inputs, pool.parts)
        reckoning.follow(way.steps, parts, gives)
        if bool(line.get("takes_back")) != way.turns:
            refuse("back", line.get("takes_back") or line.get("id", ""))
        if self.document["rule"] != RULE:
            self.rule_checked = False
            self.reckoned = self.reckoned and way.draws and not inputs
        elif not (way.is_plain and pool.is_of(parts[0], milliseconds)) or inputs:
            refuse("rule", play["id"])
        return reckoning.amount(way.amount)

    def _name_of_pool(self, line: dict[str, Any]) -> str:
        if self._is_later:
            return str(LATER_LINE.of(line)[0])
        own = f"pool/{self.document['distribution']}/{line['event']}"
        staged = line.get("production")
        return own if staged is None else f"{own}/production/{staged}"

    def _pool(self, name: str, event: int) -> Pool:
        pool = self._pools.get(name)
        if pool is None:
            pool = self._pools[name] = Pool(self._document(name))
            told = pool.document["rule"], pool.document["currency"]
            staged = pool.document.get("production")
            ending = f"/{event}" if staged is None else f"/{event}/production/{staged}"
            named = name.startswith("pool/") and name.endswith(ending)
            if told != (self.document["rule"], self.document["currency"]) or not named:
                refuse("missing", name)
            pool.require_taken(lambda source: self._earlier(source, name, event))
        return pool if pool.document["event"] == event else refuse("missing", name)

    def _on_stage(self, play: dict[str, Any], pool: Pool, production: int) -> int:
        staged = pool.document.get("production")
        told = ON_STAGE.of(play)
        if told != (f"production-{staged}", "production", 0, []) or staged != production:
            refuse("twice", play["id"])
        self._staged.add((pool.document["event"], production))
        return 0

    def _earlier(self, source: str, name: str, event: int) -> Pool:
        pool = self._pool(source, event)
        number, own = (whole(one.split("/")[1]) for one in (source, name))
        return pool if number < own else refuse("taken", source)

    def _heard(self, line: dict[str, Any], music: dict[str, Any], pool: Pool) -> int:
        play, back = line["play"], bool(line.get("takes_back"))
        name, milliseconds, detections = PLAY.of(play)
        told = play, music
        known = self._plays[back].setdefault((line["event"], name), told)
        if known is not told:
            return int(milliseconds) if known == told else refuse("twice", name)
        spans = [self._span(record, name, music, self._used[back]) for record in detections]
        spans.sort()
        if self._length_by(play, music, line["event"]) == HEARD and covered(spans) != milliseconds:
            refuse("length", name)
        if spans and not pool.opens <= middle(spans) < pool.closes:
            refuse("window", name)
        if pool.performed is not None and (milliseconds, music["basis"]) not in pool.performed:
            refuse("performed", name)
        return int(milliseconds)

    def _length_by(self, play: dict[str, Any], music: dict[str, Any], event: int) -> str:
        """By what the length of a play is known; without testimony only a box can vouch for it."""
        basis, name = music["basis"], play.get("testimony")
        if name is None and basis == HEARD:
            return HEARD
        if basis == "production":
            refuse("testimony", play["id"])
        said = self._document(str(name))
        form, vouches, length_by, _ = TESTIMONY.of(said)
        same = [form, said.get("event"), said.get("play"), said.get("work")]
        same += [said.get("milliseconds"), vouches]
        wanted = ["qulaq/testimony/v1", event, play["id"], music["work"], play["milliseconds"]]
        if same != [*wanted, basis] or not str(name).endswith(f"/{event}/{play['id']}"):
            refuse("testimony", play["id"])
        if not _is_told(said):
            refuse("testimony", play["id"])
        if self._said.setdefault(str(name), play["id"]) != play["id"]:
            refuse("twice", name)
        return str(length_by)

    def _span(self, name: str, play: str, music: dict[str, Any], used: dict[str, str]) -> Span:
        words = self._said_by(name).decode()
        record, end = RECORDS.raw_decode(words)
        live = type(record) is dict and record.get("kind") == "work"
        shape = PERFORMANCE if live else DETECTION
        kind, boot, seq, recording, began, ended = shape.of(record)
        known = kind in ("detection", "work") and end == len(words)
        if not known or not name.endswith(f"/{boot}/{seq}"):
            refuse("missing", name)
        if recording != music["recording"]:
            taken_for = {one.get("recording_id") for one in record.get("alternatives", [])}
            if not {music["recording"], *music.get("also", [])} & {recording, *taken_for}:
                refuse("missing", name)
        if used.setdefault(name, play) != play:
            refuse("twice", name)
        return moment(began), moment(ended)


def _is_told(document: dict[str, Any]) -> bool:
    """Whether what was said is enough for what it is taken for."""
    said, length = document["said"], document["length_by"]
    piece, word = said.get("piece") or {}, said.get("word") or {}
    if not piece and not word:
        return False
    if word.get("verdict", "played") not in ("played", "same"):
        return False
    if word.get("work_id") not in (None, document["work"]):
        return False
    if document["basis"] == "programme" and not (piece and word.get("verdict") == "played"):
        return False
    if document["basis"] == "cue-sheet" and not piece:
        return False
    return length != "declared" or bool(piece.get("milliseconds") == document["milliseconds"])


def covered(spans: list[Span]) -> int:
    """Milliseconds of the union of spans that are in order."""
    total, reached = timedelta(0), spans[0][0] if spans else refuse("length", 0)
    for start, end in spans:
        if end > reached:
            total += end - max(start, reached)
            reached = end
    return total // MILLISECOND


def middle(spans: list[Span]) -> datetime:
    """The instant half-way from the begin of the first to the last end."""
    began, ended = spans[0][0], max([end for _, end in spans])
    return began + (ended - began) / 2


# ── What people read ────────────────────────────────────────────────────────────────────────────

WORDS = {
    "en": {
        "true": "TRUE: these plays were logged, nothing was changed, the rule gives this sum.",
        "unwitnessed": "TRUE AS FAR AS IT GOES, but fewer witnesses signed than your policy asks.",
        "refused": "REFUSED: this file is not what it says.",
        "statement": "Statement {id} for {party}: {sum}",
        "made": "{venue}, rule {rule}, closed {at}",
        "later": "after closing {closing}, as {kind}: {because}",
        "logged": "{plays} plays and the {detections} detections behind them are in the log {log}",
        "told": "of {testified} of these plays people said something, and it is in the log; no box "
        "vouches for {declared}, only a programme or a cue sheet",
        "staged": "{staged} grand rights follow from the box office, not from detections",
        "unchanged": "all of them open promises made under its root over {size} leaves",
        "reckoned": "{lines} amounts were reckoned again; they sum to {sum}",
        "arithmetic": "{lines} amounts sum to {sum}",
        "signed": "signed by the log, and witnessed by: {witnesses}",
        "listened": "{percent} % of these events was listened to",
        "nobody": "nobody",
        "not": "Not checked:",
        "not key": "whether this is the right log: compare its key with the published one, or give "
        "it with --key:",
        "not witness": "whether others are shown the same log: you named no witnesses (--policy)",
        "not rule": "how the rule {rule} leads to these amounts: this verifier does not know it",
        "not pack": "whether rule {rule} demands these very steps: read its published text, whose "
        "SHA-256 is {digest}",
        "not world": "whether the recognition was right, whether the box hung in that hall, and "
        "whether the shares are those agreed upon",
        "not once": "whether the same amount was paid to another, too: the office's books refuse "
        "that, this file cannot show it",
        "not letter": "the box's own signature: it covers the whole letter, with the plays of "
        "others; the office keeps it for a court",
        "large": "larger than allowed, bytes",
        "leaf": "not the four parts of a leaf",
        "line": "a line of music or of a way that the statement does not tell:",
        "format": "not of a format known here",
        "shape": "something is missing or of another kind",
        "number": "not a whole number",
        "base64": "not base64 in its one spelling",
        "key": "not a key, or not of that kind",
        "policy": "a line of the policy that cannot be followed",
        "log": "of a log you did not name",
        "signatures": "signatures without keys, or keys without signatures; lines",
        "signature": "a signature does not hold, of",
        "checkpoint": "not a checkpoint of this log",
        "order": "leaves out of order, or beyond the log's size",
        "hashes": "too few hashes, or too many",
        "root": "what is shown does not lead to the signed root",
        "weights": "no weights to share by",
        "step": "a step of the reckoning is wrong",
        "rule": "not reckoned as the rule demands, play",
        "total": "the amounts do not sum to the total",
        "account": "what was there and came is not what is paid and carried over",
        "ends": "brought forward {brought}, paid out {paid}, carried over {carried}",
        "missing": "not shown, or not what it is shown for",
        "unneeded": "something is shown that the statement does not rest on",
        "length": "the length of a play is not that of its detections",
        "testimony": "what people said of a play is not shown, or does not say that, play",
        "performed": "a play the event's pool does not count, play",
        "minutes": "the minutes its tariff counts are not those that were performed",
        "window": "a play does not belong to its event",
        "taken": "a later pool divides another sum than was taken for it",
        "back": "an amount is turned round and not said to be taken back, or the reverse, line",
        "twice": "counted twice, or told in two ways",
        "moment": "not an instant",
    },
    "ru": {
        "true": "ВЕРНО: эти исполнения записаны в журнал, ничего не изменено, правило даёт эту "
        "сумму.",
        "unwitnessed": "ВЕРНО, но свидетелей подписалось меньше, чем требует ваша политика.",
        "refused": "ОТКЛОНЕНО: файл не то, чем он себя называет.",
        "statement": "Отчёт {id}, {party}: {sum}",
        "made": "{venue}, правило {rule}, закрыт {at}",
        "later": "после закрытия {closing}, {kind}: {because}",
        "logged": "исполнений: {plays}, распознаваний за ними: {detections}; все в журнале {log}",
        "told": "о {testified} из них сказали люди, и это записано; {declared} не слышал ни один "
        "прибор, только программа или справка о музыке",
        "staged": "больших прав: {staged}; они следуют из сборов, а не из распознаваний",
        "unchanged": "все они раскрывают обязательства под его корнем, листьев: {size}",
        "reckoned": "сумм пересчитано заново: {lines}; вместе {sum}",
        "arithmetic": "сумм: {lines}; вместе {sum}",
        "signed": "подписано журналом и засвидетельствовано: {witnesses}",
        "listened": "прослушано {percent} % этих мероприятий",
        "nobody": "никем",
        "not": "Не проверялось:",
        "not key": "тот ли это журнал: сравните его ключ с опубликованным или укажите его, --key:",
        "not witness": "тот ли журнал показывают другим: вы не назвали свидетелей (--policy)",
        "not rule": "как правило {rule} ведёт к этим суммам: этой программе оно неизвестно",
        "not pack": "именно ли эти шаги предписывает правило {rule}: прочтите его опубликованный "
        "текст, SHA-256 {digest}",
        "not world": "верно ли распознано, в том ли зале висел прибор, те ли доли согласованы",
        "not once": "не выплачена ли та же сумма и другому: книги конторы этого не допускают, файл "
        "показать этого не может",
        "not letter": "подпись самого прибора: она стоит под всем письмом, с чужими исполнениями; "
        "контора хранит его для суда",
        "large": "больше допустимого, байт",
        "leaf": "не четыре части листа",
        "line": "строка о музыке или о пути, которых нет в отчёте:",
        "format": "неизвестный формат",
        "shape": "чего-то нет, или оно другого рода",
        "number": "не целое число",
        "base64": "не base64 в единственном написании",
        "key": "не ключ или ключ другого рода",
        "policy": "строка политики, которой нельзя следовать",
        "log": "журнал, которого вы не называли",
        "signatures": "подписи без ключей или ключи без подписей; строк",
        "signature": "неверная подпись:",
        "checkpoint": "не контрольная точка этого журнала",
        "order": "листья не по порядку или за пределами журнала",
        "hashes": "хешей слишком мало или слишком много",
        "root": "показанное не ведёт к подписанному корню",
        "weights": "не по чему делить",
        "step": "ошибка в шаге расчёта",
        "rule": "рассчитано не по правилу, исполнение",
        "total": "суммы не складываются в итог",
        "account": "бывшее и пришедшее не равно выплаченному и перенесённому",
        "ends": "перенесено с прошлого {brought}, выплачено {paid}, переносится {carried}",
        "missing": "не показано или показано не то",
        "unneeded": "показано лишнее",
        "length": "длина исполнения не равна длине распознаваний",
        "testimony": "сказанное людьми не показано или гласит иное, исполнение",
        "performed": "исполнение, которого нет в сумме мероприятия,",
        "minutes": "минуты в тарифе не те, что прозвучали",
        "window": "исполнение не относится к мероприятию",
        "taken": "поздний фонд делит не ту сумму, что для него изъята",
        "back": "сумма обращена, но не названа сторнированной, или наоборот, строка",
        "twice": "посчитано дважды или рассказано по-разному",
        "moment": "не момент времени",
    },
    "kk": {
        "true": "РАС: бұл орындаулар журналға жазылған, ештеңе өзгертілмеген, ереже осы соманы "
        "береді.",
        "unwitnessed": "РАС, бірақ куәлердің саны саясатыңыз талап еткеннен аз.",
        "refused": "ҚАБЫЛДАНБАДЫ: файл өзі айтқандай емес.",
        "statement": "Есеп {id}, {party}: {sum}",
        "made": "{venue}, ереже {rule}, жабылған күні {at}",
        "later": "{closing} жабылуынан кейін, {kind}: {because}",
        "logged": "орындау: {plays}, олардың негізіндегі тану: {detections}; бәрі {log} журналында",
        "told": "{testified} орындау туралы адамдар айтқан, ол журналда тұр; {declared} орындауды "
        "құрылғы естімеген, тек бағдарлама не музыка парағы растайды",
        "staged": "үлкен құқық: {staged}; олар танудан емес, кассадан шығады",
        "unchanged": "бәрі оның түбіріндегі міндеттемелерді ашады, жапырақ саны: {size}",
        "reckoned": "қайта есептелген сома: {lines}; барлығы {sum}",
        "arithmetic": "сома саны: {lines}; барлығы {sum}",
        "signed": "журнал қол қойған, куәлер: {witnesses}",
        "listened": "осы іс-шаралардың {percent} % тыңдалған",
        "nobody": "жоқ",
        "not": "Тексерілмегені:",
        "not key": "журнал дәл сол ма: кілтін жарияланғанмен салыстырыңыз немесе --key арқылы "
        "беріңіз:",
        "not witness": "өзгелерге сол журнал көрсетіле ме: куәлерді атамадыңыз (--policy)",
        "not rule": "{rule} ережесі бұл сомаларға қалай жеткізеді: бағдарлама оны білмейді",
        "not pack": "{rule} ережесі дәл осы қадамдарды талап ете ме: жарияланған мәтінін оқыңыз, "
        "SHA-256 {digest}",
        "not world": "тану дұрыс па, құрылғы сол залда ілулі ме еді, үлестер келісілгендей ме",
        "not once": "сол сома басқаға да төленбеген бе: кеңсе кітаптары оған жол бермейді, "
        "файл мұны көрсете алмайды",
        "not letter": "құрылғының өз қолы: ол бүкіл хатқа, өзгелердің орындауларымен бірге "
        "қойылған; кеңсе оны сот үшін сақтайды",
        "large": "рұқсат етілгеннен үлкен, байт",
        "leaf": "жапырақтың төрт бөлігі емес",
        "line": "есепте жоқ музыка не жол туралы жол:",
        "format": "пішімі белгісіз",
        "shape": "бірдеңе жоқ немесе басқа түрде",
        "number": "бүтін сан емес",
        "base64": "base64 жалғыз жазылуында емес",
        "key": "кілт емес немесе басқа түрдегі кілт",
        "policy": "саясаттың орындалмайтын жолы",
        "log": "сіз атамаған журнал",
        "signatures": "кілтсіз қолдар немесе қолсыз кілттер; жол",
        "signature": "қол жарамсыз:",
        "checkpoint": "бұл журналдың бақылау нүктесі емес",
        "order": "жапырақтар ретсіз немесе журналдан тыс",
        "hashes": "хеш тым аз немесе тым көп",
        "root": "көрсетілген нәрсе қол қойылған түбірге жеткізбейді",
        "weights": "бөлетін үлес жоқ",
        "step": "есептің қадамы қате",
        "rule": "ереже бойынша есептелмеген, орындау",
        "total": "сомалар қорытындыға тең емес",
        "account": "бұрынғысы мен келгені төленгені мен көшірілгеніне тең емес",
        "ends": "өткеннен көшірілгені {brought}, төленгені {paid}, келесіге көшетіні {carried}",
        "missing": "көрсетілмеген немесе басқасы көрсетілген",
        "unneeded": "артық нәрсе көрсетілген",
        "length": "орындаудың ұзақтығы тануларға тең емес",
        "testimony": "адамдардың айтқаны көрсетілмеген не басқаша, орындау",
        "performed": "іс-шара сомасында жоқ орындау",
        "minutes": "тариф санаған минуттар орындалған минуттар емес",
        "window": "орындау іс-шараға жатпайды",
        "taken": "кейінгі қор өзі үшін алынған сомадан басқа соманы бөледі",
        "back": "сома кері аударылған, бірақ қайтарылды делінбеген, не керісінше, жол",
        "twice": "екі рет саналған немесе екі түрлі айтылған",
        "moment": "уақыт сәті емес",
    },
}


class Verdict(NamedTuple):
    """What was found in a bundle that nothing speaks against."""

    bundle: Bundle
    checkpoint: Checkpoint
    statement: Statement
    policy: Policy

    @property
    def witnessed(self) -> bool:
        """Whether enough of those whom the reader trusts cosigned."""
        return self.policy.satisfied(self.checkpoint.cosigned)

    def told(self, words: dict[str, str]) -> Iterator[str]:
        """The verdict, line by line."""
        said = self.statement.document
        total = money(said["total"], said["currency"])
        names = ", ".join(key.name for key in self.checkpoint.cosigned) or words["nobody"]
        yield words["statement"].format(id=said["id"], party=said["party"]["name"], sum=total)
        yield words["made"].format(venue=said["venue"], rule=said["rule"], at=said["closed_at"])
        if "closing" in said:
            kinds = {key: said[key] for key in ("closing", "kind", "because")}
            yield words["later"].format(**kinds)
        yield "  ✓ " + words["logged"].format(
            plays=self.statement.plays,
            detections=self.statement.detections,
            log=self.checkpoint.origin,
        )
        if self.statement.testified or self.statement.declared:
            yield "  ✓ " + words["told"].format(
                testified=self.statement.testified, declared=self.statement.declared
            )
        if self.statement.staged:
            yield "  ✓ " + words["staged"].format(staged=self.statement.staged)
        yield "  ✓ " + words["unchanged"].format(size=self.checkpoint.size)
        done = words["reckoned" if self.statement.reckoned else "arithmetic"]
        yield "  ✓ " + done.format(lines=len(said["lines"]), sum=total)
        yield "  ✓ " + words["signed"].format(witnesses=names)
        if "account" in said:
            ends = {key: money(minor, said["currency"]) for key, minor in said["account"].items()}
            yield "  ✓ " + words["ends"].format(**ends)
        heard, lasted = self.statement.listened
        if lasted:
            yield "  · " + words["listened"].format(percent=100 * heard // lasted)
        yield words["not"]
        yield from ("  – " + line for line in self._unchecked(words))
        yield words["true" if self.witnessed else "unwitnessed"]

    def _unchecked(self, words: dict[str, str]) -> Iterator[str]:
        if not self.policy.logs:
            yield f"{words['not key']} {self.bundle.log}"
        if self.policy.quorum == "none":
            yield words["not witness"]
        if not self.statement.rule_checked:
            said = self.statement.document
            sentence = "not pack" if self.statement.reckoned else "not rule"
            digest = said.get("pack", {}).get("sha256", "")
            yield words[sentence].format(rule=said["rule"], digest=digest)
        if "closing" in self.statement.document:
            yield words["not once"]
        yield words["not world"]
        yield words["not letter"]

    def proofs(self) -> Iterator[tuple[str, str]]:
        """A C2SP tlog-proof of every leaf, by file name; `extra` holds what hashes to its entry."""
        tree = Tree(self.bundle.leaves, self.bundle.hashes, self.checkpoint.size)
        for leaf in self.bundle.leaves:
            extra = b2a_base64(leaf.opened).decode()
            hashes = "".join(b2a_base64(one).decode() for one in tree.path(leaf.index))
            head = f"c2sp.org/tlog-proof@v1\nextra {extra}index {leaf.index}\n"
            yield f"{leaf.index}.tlog-proof", f"{head}{hashes}\n{self.bundle.checkpoint}"


def money(minor: int, currency: str) -> str:
    """An amount for people."""
    sign, digits = "-" if minor < 0 else "", abs(minor)
    if currency in ("JPY", "KRW", "VND"):
        return f"{currency} {sign}{digits:,}"
    return f"{currency} {sign}{digits // 100:,}.{digits % 100:02}"


def verify(raw: bytes, policy: Policy) -> Verdict:
    """Check a bundle.

    Args:
        raw: the file.
        policy: whom the reader trusts.

    Raises:
        Untrue: anything in it is not so.
    """
    gc.disable()  # nothing here goes in circles, and to look for circles takes a third of the time
    beside = Beside(raw) if hasattr(os, "fork") and len(raw) >= LARGE else None
    try:
        bundle = read_bundle(raw)
        checkpoint = read_checkpoint(bundle, policy)
        size, root = checkpoint.size, checkpoint.root
        if not beside and Tree(bundle.leaves, bundle.hashes, size).root != root:
            refuse("root")
        statement = Statement(bundle.leaves)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as e:
        raise Untrue("shape", f"{type(e).__name__} {e}") from e
    finally:
        reckoned = beside.root if beside else None  # asked for in any case: nobody is left behind
    if beside and reckoned != root:
        refuse("root")
    return Verdict(bundle, checkpoint, statement, policy)


def main() -> int:
    """The command `qulaq-verify`; answers its exit code."""
    asked = _arguments()
    words = WORDS[asked.language]
    try:
        policy = read_policy(asked.policy.read_text("utf-8")) if asked.policy else Policy()
        policy.logs += [read_key(key, SIGNS) for key in asked.key]
        with asked.bundle.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
        verdict = verify(raw, policy)
        for name, proof in verdict.proofs() if asked.proofs else ():
            asked.proofs.mkdir(parents=True, exist_ok=True)
            (asked.proofs / name).write_text(proof, "utf-8")
    except (OSError, UnicodeDecodeError) as e:
        print(f"qulaq-verify: {e}", file=sys.stderr)
        return UNREADABLE
    except Untrue as e:
        print(f"  ✗ {words[e.what]} {e.which}\n{words['refused']}")
        return REFUSED
    print("\n".join(verdict.told(words)))
    return TRUE if verdict.witnessed else UNWITNESSED


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="qulaq-verify",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Check a statement, offline, without believing whoever sent it.",
        epilog="""\
The bundle is the file the office gives out beside a statement. The verifier opens every promise in
it, follows the hashes to the root of the public log, checks the signatures on that root, and does
every sum again. What it did not check it says.

  qulaq-verify statement-17.qulaq
  qulaq-verify statement-17.qulaq --key 'central.example/log+1a2b3c4d+AQ…'
  qulaq-verify statement-17.qulaq --policy policy.txt --language kk

exit code: 0 true; 1 refused; 2 the file cannot be read; 3 true, but fewer witnesses than asked""",
    )
    parser.add_argument("bundle", type=Path, help="the file to check")
    parser.add_argument("--key", action="append", default=[], help="key of the log you trust")
    parser.add_argument("--policy", type=Path, help="whom you trust: a C2SP tlog-policy file")
    parser.add_argument(
        "--proofs", type=Path, help="write a tlog-proof of each leaf in this folder"
    )
    language = os.environ.get("LANG", "")[:2]
    default = language if language in WORDS else "en"
    parser.add_argument("--language", choices=WORDS, default=default, help="of the verdict")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
