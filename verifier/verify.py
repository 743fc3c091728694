"""Is this statement true? A verifier that believes nobody: one file, to be copied anywhere.

It needs Python 3.11 and the package `cryptography`, and nothing else of the project: not its
network, not its books, not its code. What it reads is described in docs/formats/bundle.md.
"""

import argparse
import base64
import hashlib
import json
import os
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LARGEST_BYTES = 200_000_000  # of a bundle; a statement of 10,000 plays takes about 10,000,000
RULE = "follow-the-money-v1"
HEARD = "heard"  # what says that something was played; else a programme or a cue sheet
MILLISECOND = timedelta(milliseconds=1)
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


def normal(value: object) -> str:
    """JSON in its one normal form: names in order, no spaces, letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def read_bundle(raw: bytes) -> dict[str, Any]:
    """The bundle in the bytes of a file; not one byte of it may be spelt otherwise.

    Raises:
        Untrue: too large, not JSON in normal form, or not such a bundle.
    """
    if len(raw) > LARGEST_BYTES:
        refuse("large", LARGEST_BYTES)
    try:
        text = raw.decode("utf-8")
        bundle = json.loads(text, parse_float=_no_fraction, parse_constant=_no_fraction)
        spelt = normal(bundle) + "\n"
    except (ValueError, RecursionError) as e:
        refuse("json", e)
    if spelt != text:
        refuse("spelling")
    fields(bundle, format=str, log=str, witnesses=list, checkpoint=str, leaves=list, hashes=list)
    if len(bundle) != 6 or bundle["format"] != "qulaq/bundle/v1":
        refuse("format", bundle["format"])
    return dict(bundle)


def _no_fraction(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a whole number")


def fields(value: object, **kinds: type) -> None:
    """Whether a JSON object has these names with values of these very types."""
    if type(value) is not dict:
        refuse("shape", value)
    for name, kind in kinds.items():
        if type(value.get(name)) is not kind:
            refuse("shape", f"{name} = {value.get(name)!r}")


def decode(text: object) -> bytes:
    """The bytes behind base64 in its one spelling."""
    try:
        raw = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except ValueError as e:
        refuse("base64", e)
    if base64.b64encode(raw).decode() != text:
        refuse("base64", text)
    return raw


def whole(text: str) -> int:
    """A whole number in its one spelling."""
    if not (text.isascii() and text.isdigit() and len(text) < 19) or str(int(text)) != text:
        refuse("number", text)
    return int(text)


# ── Who signed ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Key:
    """A public key of a log or a witness, with its name."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that stand before its signatures."""
        typed = bytes([self.kind]) + self.public
        return hashlib.sha256(self.name.encode() + b"\n" + typed).digest()[:4]

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


@dataclass
class Policy:
    """Whom the reader trusts (C2SP tlog-policy): logs, witnesses, and how many are enough."""

    logs: list[Key] = field(default_factory=list)
    witnesses: dict[str, Key] = field(default_factory=dict)
    groups: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    quorum: str = "none"

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


@dataclass
class Checkpoint:
    """How large the log was, what its root was, and who cosigned that."""

    origin: str
    size: int
    root: bytes
    cosigned: list[Key]


def read_checkpoint(bundle: dict[str, Any], policy: Policy) -> Checkpoint:
    """The checkpoint, if the log signed it and every other signature on it holds.

    Raises:
        Untrue: another log, a key nobody trusts, a false signature, or one without its key.
    """
    body, _, lines = bundle["checkpoint"].rpartition("\n\n")
    body += "\n"
    keys = [read_key(bundle["log"], SIGNS)]
    keys += [read_key(text, COSIGNS) for text in bundle["witnesses"]]
    if policy.logs and keys[0] not in policy.logs:
        refuse("log", bundle["log"])
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


def opened(leaf: dict[str, Any]) -> bytes:
    """The four lines behind a leaf's entry; the entry is their SHA-256."""
    fields(leaf, index=int, name=str, salt=str)
    if len(leaf) != 4 or type(leaf["words"]) not in (str, dict) or "\n" in leaf["name"]:
        refuse("shape", leaf["name"])
    words = leaf["words"] if type(leaf["words"]) is str else normal(leaf["words"])
    content = hashlib.sha256(words.encode()).hexdigest()
    return f"qulaq/leaf/v1\n{leaf['name']}\n{content}\n{leaf['salt']}\n".encode()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours in the tree (RFC 6962)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The tree of the log, as far as the bundle shows it.

    Attributes:
        paths: of each leaf shown, the hashes from its sibling up: its audit path.
    """

    def __init__(self, leaves: list[dict[str, Any]], hashes: list[str]) -> None:
        self.indices = [leaf["index"] for leaf in leaves if type(leaf) is dict and "index" in leaf]
        self.paths: list[list[bytes]] = [[] for _ in leaves]
        self._entries = [hashlib.sha256(opened(leaf)).digest() for leaf in leaves]
        self._hashes = iter([decode(text) for text in hashes])

    def root(self, size: int) -> bytes:
        """The root over leaves and hashes shown, each of them used exactly once.

        Raises:
            Untrue: leaves out of order or beyond the size, too few hashes, or too many.
        """
        rising = all(a < b for a, b in zip(self.indices, self.indices[1:], strict=False))
        if not self.indices or not rising or not 0 <= self.indices[0] <= self.indices[-1] < size:
            refuse("order")
        root = self._span(0, size, 0, len(self.indices))
        if next(self._hashes, None) is not None:
            refuse("hashes")
        return root

    def _span(self, low: int, high: int, first: int, last: int) -> bytes:
        if first == last:
            shown = next(self._hashes, b"")
            return shown if len(shown) == 32 else refuse("hashes")
        if high - low == 1:
            return hashlib.sha256(b"\x00" + self._entries[first]).digest()
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        part = bisect_left(self.indices, middle, first, last)
        left = self._span(low, middle, first, part)
        right = self._span(middle, high, part, last)
        for place in range(first, last):
            self.paths[place].append(right if place < part else left)
        return node(left, right)


# ── What is owed ────────────────────────────────────────────────────────────────────────────────


def share(amount: int, weights: list[int]) -> list[int]:
    """A sum split in proportion to the weights, by largest remainder, ties to the first."""
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        refuse("weights", weights[:20])
    parts = [divmod(abs(amount) * weight, total) for weight in weights]
    left = abs(amount) - sum(whole for whole, _ in parts)
    lucky = set(sorted(range(len(parts)), key=lambda part: -parts[part][1])[:left])
    sign = -1 if amount < 0 else 1
    return [sign * (whole + (place in lucky)) for place, (whole, _) in enumerate(parts)]


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
        if any(type(amount) is not int for amount in inputs.values()):
            refuse("shape", inputs)

    def amount(self, of: object) -> int:
        """The amount of that name, or the number itself."""
        if type(of) is int:
            return of
        amount = self._amounts.get(of) if isinstance(of, str) else None
        return int(amount) if type(amount) is int else refuse("step", of)

    def follow(self, steps: list[Any]) -> None:
        """Do the steps, one after another."""
        for step in steps:
            fields(step, name=str, op=str, gives=int)
            if self._result(step) != step["gives"] or step["name"] in self._amounts:
                refuse("step", normal(step))
            self._amounts[step["name"]] = step["gives"]

    def _result(self, step: dict[str, Any]) -> int:
        if step["op"] == "share":
            fields(step, part=int)
            parts = self._parts(step.get("of"), step.get("weights"))
            if not 0 <= step["part"] < len(parts):
                refuse("step", step)
            return parts[int(step["part"])]
        if step["op"] == "rate":
            fields(step, rate=list, round=str)
            over, under, *_ = [self.amount(n) for n in step["rate"]] + [0, 0]
            return rate(self.amount(step.get("of")), over, under, step["round"])
        fields(step, of=list)
        if step["op"] not in MANY or not step["of"]:
            refuse("step", step)
        return MANY[step["op"]]([self.amount(of) for of in step["of"]])

    def _parts(self, of: object, weights: object) -> list[int]:
        if of == weights == "pool" and self._pool is not None:
            return self._pool
        if type(weights) is not list or any(type(weight) is not int for weight in weights):
            refuse("weights", weights)
        return share(self.amount(of), weights)


class Pool:
    """An event's money and how it is shared out among all plays of the event.

    Attributes:
        taken: what a later pool took out of earlier ones, one reckoning after another.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        fields(document, event=int, title=str, starts_at=str, ends_at=str, listened=dict)
        fields(document, rule=str, currency=str, inputs=dict, steps=list, pool=str, weights=list)
        if document.get("format") != "qulaq/pool/v1":
            refuse("format", document.get("format"))
        reckoning = Reckoning(document["inputs"])
        reckoning.follow(document["steps"])
        self.document = document
        self.weights = document["weights"]
        played = document.get("performed", [])
        self.performed = [[p[0], p[2]] for p in played]
        protected = sum(p[0] for p in played if p[1] != "public-domain")
        lengths = {"protected_ms": protected, "performed_ms": sum(p[0] for p in played)}
        for name, length in lengths.items():
            if document["inputs"].get(name, length) != length:
                refuse("minutes", f"{name} {document['inputs'][name]} ≠ {length}")
        self.parts = share(reckoning.amount(document["pool"]), self.weights or [1])
        self.window = moment(document["starts_at"]), moment(document["ends_at"])
        self.taken: list[dict[str, Any]] = document.get("taken", [])
        if type(self.taken) is not list or (self.taken and "taken" not in document["inputs"]):
            refuse("shape", document["inputs"])

    def require_taken(self, pools: Callable[[str], "Pool"]) -> None:
        """Whether what this pool divides is what earlier pools of the event had for it."""
        total = 0
        for one in self.taken:
            fields(one, pool=str, steps=list, amount=str)
            source = pools(one["pool"])
            reckoning = Reckoning({}, source.parts)
            reckoning.follow(one["steps"])
            if not source.draws(one | {"inputs": {}}):
                refuse("taken", one["pool"])
            total += reckoning.amount(one["amount"])
        if self.taken and total != self.document["inputs"]["taken"]:
            refuse("taken", f"{total} ≠ {self.document['inputs']['taken']}")

    def follows_the_money(self, line: dict[str, Any], milliseconds: int) -> bool:
        """Whether the way to an amount is the one that rule demands, and nothing else."""
        fee_alone = self.document["steps"] == [] and self.document["pool"] == "fee"
        steps = own_steps(line)
        if not fee_alone or line["inputs"] or len(steps) != 2:
            return False
        played, shared = steps
        ways = (played["op"], played["of"], played["weights"], shared["op"], shared["of"])
        return (
            ways == ("share", "pool", "pool", "share", played["name"])
            and self.weights[played["part"]] == milliseconds
            and sum(shared["weights"]) == 10_000
            and line["amount"] == line["steps"][-1]["name"]
        )

    def draws(self, line: dict[str, Any]) -> bool:
        """Whether the way to an amount begins with a part of this pool, and nothing is given."""
        from_pool = [s for s in line["steps"] if (s["op"], s["of"]) == ("share", "pool")]
        return (
            not line["inputs"] and bool(from_pool) and line["amount"] == line["steps"][-1]["name"]
        )


def own_steps(line: dict[str, Any]) -> list[Any]:
    """The steps to an amount; where it is taken back, without the last, which turns it round.

    Raises:
        Untrue: it is said to be taken back, and the last step does not do that, or the reverse.
    """
    steps: list[Any] = line["steps"]
    turned = len(steps) > 1 and steps[-1]["op"] == "less"
    turns = turned and steps[-1]["of"] == [0, steps[-2]["name"]]
    if not line.get("takes_back"):
        return steps if not turned else refuse("back", line.get("id", ""))
    return steps[:-1] if turns else refuse("back", line["takes_back"])


def moment(text: object) -> datetime:
    """An instant, with its zone."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        at = None
    return at if at and at.tzinfo else refuse("moment", text)


class Statement:
    """A statement, checked line by line against pools and detections as they are logged."""

    def __init__(self, leaves: list[dict[str, Any]]) -> None:
        self._words = {leaf["name"]: leaf["words"] for leaf in leaves}
        self._used: dict[tuple[bool, str], str] = {}  # taken back? record: the play it belongs to
        self._said: dict[str, str] = {}  # a testimony's name: the play it is of
        self._pools: dict[str, Pool] = {}
        self._staged: set[tuple[int, int]] = set()  # productions whose grand right it pays
        self._plays: dict[tuple[bool, int, str], dict[str, Any]] = {}
        self.rule_checked = True
        self.reckoned = True
        name = [name for name in self._words if name.startswith("statement/")]
        self.document = self._words[name[0]] if name else refuse("format", "statement")
        self._check(self.document, name[0])
        if len(leaves) != 1 + len(self._pools) + self.detections + len(self._said):
            refuse("unneeded")

    @property
    def plays(self) -> int:
        """How many plays it pays for."""
        return len(self._plays)

    @property
    def detections(self) -> int:
        """How many detections those rest on."""
        return len({name for _, name in self._used})

    @property
    def declared(self) -> int:
        """How many of the plays no box vouches for, but a programme or a cue sheet."""
        return sum(play.get("basis", HEARD) != HEARD for play in self._plays.values())

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
        fields(document, id=int, distribution=int, venue=str, rule=str, party=dict, currency=str)
        fields(document, total=int, lines=list, closed_at=str)
        fields(document["party"], name=str)
        known = document.get("format") in ("qulaq/statement/v1", "qulaq/statement/v2")
        if not known or name != f"statement/{document['id']}":
            refuse("format", name)
        if document["format"] == "qulaq/statement/v2":
            fields(document, kind=str, closing=int, because=str)
        total = sum(self._amount(line) for line in document["lines"])
        if total != document["total"]:
            refuse("total", f"{total} ≠ {document['total']}")
        if "account" in document:
            self._require_settled(document["account"], total)

    def _require_settled(self, ends: dict[str, Any], total: int) -> None:
        fields(ends, brought=int, paid=int, carried=int)
        if ends["paid"] < 0 or ends["brought"] + total != ends["paid"] + ends["carried"]:
            refuse("account", normal(ends))

    def _amount(self, line: dict[str, Any]) -> int:
        fields(line, event=int, play=dict, inputs=dict, steps=list, amount=str)
        pool = self._pool(self._name_of_pool(line), line["event"])
        if line.get("production") is None:
            milliseconds = self._heard(line, pool)
        else:  # a grand right: owed of the box office, whatever was heard
            milliseconds = self._on_stage(line["play"], pool, line["production"])
        reckoning = Reckoning(line["inputs"], pool.parts)
        reckoning.follow(line["steps"])
        if self.document["rule"] != RULE:
            self.rule_checked = False
            self.reckoned = self.reckoned and bool(own_steps(line)) and pool.draws(line)
        elif not pool.follows_the_money(line, milliseconds):
            refuse("rule", line["play"]["id"])
        return reckoning.amount(line["amount"])

    def _name_of_pool(self, line: dict[str, Any]) -> str:
        if self.document["format"] == "qulaq/statement/v1":
            own = f"pool/{self.document['distribution']}/{line['event']}"
            staged = line.get("production")
            return own if staged is None else f"{own}/production/{staged}"
        fields(line, pool=str, takes_back=str)
        return str(line["pool"])

    def _pool(self, name: str, event: int) -> Pool:
        if name not in self._pools:
            pool = Pool(self._words.get(name) or refuse("missing", name))
            told = (pool.document["event"], pool.document["rule"], pool.document["currency"])
            same = told == (event, self.document["rule"], self.document["currency"])
            staged = pool.document.get("production")
            ending = f"/{event}" if staged is None else f"/{event}/production/{staged}"
            if not same or not (name.startswith("pool/") and name.endswith(ending)):
                refuse("missing", name)
            self._pools[name] = pool
            pool.require_taken(lambda source: self._earlier(source, name, event))
        return self._pools[name]

    def _on_stage(self, play: dict[str, Any], pool: Pool, production: int) -> int:
        fields(play, id=str, basis=str, milliseconds=int, detections=list)
        told = (play["id"], play["basis"], play["milliseconds"], play["detections"])
        staged = pool.document.get("production")
        if told != (f"production-{staged}", "production", 0, []) or staged != production:
            refuse("twice", play["id"])
        self._staged.add((pool.document["event"], production))
        return 0

    def _earlier(self, source: str, name: str, event: int) -> Pool:
        pool = self._pool(source, event)
        number, own = (whole(one.split("/")[1]) for one in (source, name))
        return pool if number < own else refuse("taken", source)

    def _heard(self, line: dict[str, Any], pool: Pool) -> int:
        play, back = line["play"], bool(line.get("takes_back"))
        fields(play, id=str, recording=str, milliseconds=int, detections=list)
        known = self._plays.setdefault((back, line["event"], play["id"]), play)
        if known is play:
            spans = [self._span(name, play, back=back) for name in play["detections"]]
            said = self._testimony(play, line["event"])
            if said.get("length_by", HEARD) == HEARD and covered(spans) != play["milliseconds"]:
                refuse("length", play["id"])
            if spans:
                began, ended = min(spans)[0], max(end for _, end in spans)
                if not pool.window[0] <= began + (ended - began) / 2 < pool.window[1]:
                    refuse("window", play["id"])
            counted = [play["milliseconds"], play.get("basis", HEARD)]
            if "performed" in pool.document and counted not in pool.performed:
                refuse("performed", play["id"])
        elif known != play:
            refuse("twice", play["id"])
        return int(play["milliseconds"])

    def _testimony(self, play: dict[str, Any], event: int) -> dict[str, Any]:
        """What people said of a play; without it only a box can vouch for one."""
        basis, name = play.get("basis", HEARD), play.get("testimony")
        if name is None and basis == HEARD:
            return {}
        if name is None and self.document["format"] == "qulaq/statement/v2":
            return {"length_by": basis}  # its own closing's statement proves it
        if basis == "production":
            refuse("testimony", play["id"])
        said: dict[str, Any] = self._words.get(str(name)) or {}
        fields(said, format=str, basis=str, length_by=str, said=dict)
        same = [said["format"], said.get("event"), said.get("play"), said.get("work")]
        same += [said.get("milliseconds"), said["basis"]]
        wanted = ["qulaq/testimony/v1", event, play["id"], play["work"], play["milliseconds"]]
        if same != [*wanted, basis] or not str(name).endswith(f"/{event}/{play['id']}"):
            refuse("testimony", play["id"])
        if not _is_told(said):
            refuse("testimony", play["id"])
        if self._said.setdefault(str(name), play["id"]) != play["id"]:
            refuse("twice", name)
        return said

    def _span(self, name: str, play: dict[str, Any], *, back: bool) -> tuple[datetime, datetime]:
        words = self._words.get(name)
        try:
            record = json.loads(words or "null")
        except (ValueError, TypeError, RecursionError):
            record = None
        fields(record, kind=str, boot=str, seq=int, recording_id=str)
        same = name.endswith(f"/{record['boot']}/{record['seq']}")
        taken_for = [record["recording_id"]]
        taken_for += [one.get("recording_id") for one in record.get("alternatives", [])]
        could_be = {play["recording"], *play.get("also", [])} & set(taken_for)
        if not same or record["kind"] != "detection" or not could_be:
            refuse("missing", name)
        if self._used.setdefault((back, name), play["id"]) != play["id"]:
            refuse("twice", name)
        return moment(record.get("started_at")), moment(record.get("ended_at"))


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


def covered(spans: list[tuple[datetime, datetime]]) -> int:
    """Milliseconds of the union of spans."""
    total, reached = timedelta(0), None
    for start, end in sorted(spans) or refuse("length", "0"):
        since = start if reached is None else max(start, reached)
        total += max(end - since, timedelta(0))
        reached = end if reached is None else max(reached, end)
    return total // MILLISECOND


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
        "json": "not JSON",
        "spelling": "not in the one normal form",
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
        "json": "не JSON",
        "spelling": "не в единственной нормальной форме",
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
        "json": "JSON емес",
        "spelling": "жалғыз қалыпты түрде емес",
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


@dataclass
class Verdict:
    """What was found in a bundle that nothing speaks against."""

    bundle: dict[str, Any]
    checkpoint: Checkpoint
    statement: Statement
    tree: Tree
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
            yield f"{words['not key']} {self.bundle['log']}"
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
        for leaf, path in zip(self.bundle["leaves"], self.tree.paths, strict=True):
            extra = base64.b64encode(opened(leaf)).decode()
            hashes = "".join(base64.b64encode(one).decode() + "\n" for one in path)
            head = f"c2sp.org/tlog-proof@v1\nextra {extra}\nindex {leaf['index']}\n"
            yield f"{leaf['index']}.tlog-proof", f"{head}{hashes}\n{self.bundle['checkpoint']}"


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
    try:
        bundle = read_bundle(raw)
        checkpoint = read_checkpoint(bundle, policy)
        tree = Tree(bundle["leaves"], bundle["hashes"])
        if tree.root(checkpoint.size) != checkpoint.root:
            refuse("root")
        statement = Statement(bundle["leaves"])
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as e:
        raise Untrue("shape", f"{type(e).__name__} {e}") from e
    return Verdict(bundle, checkpoint, statement, tree, policy)


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
