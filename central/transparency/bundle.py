"""A statement as one file that proves itself: its promises opened, and the way to the root."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, select

from central.database import reading
from central.desk import Office
from central.errors import Unknown, Unready
from central.ingest.tables import batches, records
from central.royalties.tables import statements
from central.transparency import store
from central.transparency.commitments import content_of
from central.transparency.documents import pool_name, statement_name
from central.transparency.log_key import signer_in
from central.transparency.notes import with_cosignatures
from central.transparency.sequencer import DISTRIBUTION, LETTER, follow, record_leaves
from central.transparency.tree import Tree
from edge.sync.wire import DetectionBatch

FORMAT = "qulaq/bundle/v2"
_AT_ONCE = 500  # rows asked for in one question


@dataclass(frozen=True, slots=True)
class Opened:
    """A leaf with all that opens it: the words of a document, or a record in the box's own."""

    index: int
    name: str
    salt: str
    words: str


def bundle_of(office: Office, statement_id: int) -> str:
    """The bundle of a statement; what is not in the log yet enters it now.

    Raises:
        Unknown: there is no such statement, or what it rests on was forgotten.
        Unready: the key of the log is missing, or a letter it rests on is spoiled.
    """
    with reading(office.books) as connection:
        wanted = select(statements.c.distribution_id).filter_by(id=statement_id)
        distribution_id = connection.scalar(wanted)
    if distribution_id is None:
        raise Unknown(f"statement {statement_id} does not exist")
    follow(office)
    key = signer_in(office.home).verifier.text()
    with reading(office.books) as connection:
        leaves = opened(connection, statement_id, distribution_id=distribution_id)
        return _written(connection, leaves, key=key)


def _written(connection: Connection, leaves: Sequence[Opened], *, key: str) -> str:
    size, note = store.checkpoint(connection)
    tree = Tree(size, lambda level, number: store.tile(connection, level, number))
    lacking = tree.cover([leaf.index for leaf in leaves])
    cosigned = store.cosignature_lines(connection, size)
    hashes = [base64.b64encode(one).decode() for one in lacking]
    parts = [
        [FORMAT, key, *cosigned],
        [with_cosignatures(note, list(cosigned.values())).removesuffix("\n")],
        hashes,
        [f"{leaf.index} {leaf.name} {leaf.salt} {leaf.words}" for leaf in leaves],
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def opened(connection: Connection, statement_id: int, *, distribution_id: int) -> list[Opened]:
    """Every leaf a statement rests on, opened, by its place in the log.

    Raises:
        Unknown: what it rests on was forgotten.
        Unready: the books no longer have a letter as it was logged.
    """
    name = statement_name(statement_id)
    documents = store.documents(connection, [name])
    lines = json.loads(documents[name][1])["lines"]
    rests_on = {
        line.get("pool") or pool_name(distribution_id, line["event"], line.get("production"))
        for line in lines
    }
    rests_on |= {line["play"]["testimony"] for line in lines if "testimony" in line["play"]}
    documents |= _pools(connection, rests_on)
    runs = _runs_of(connection, documents, distribution_id)
    leaves = [
        Opened(index, name, runs[name].salt(index), words)
        for name, (index, words) in documents.items()
    ]
    heard = {key for line in lines for key in line["play"]["detections"]}
    return sorted([*leaves, *_records(connection, heard)], key=lambda leaf: leaf.index)


def _pools(connection: Connection, names: set[str]) -> dict[str, tuple[int, str]]:
    """The pools of these names, and the earlier ones whose money they divide again."""
    documents: dict[str, tuple[int, str]] = {}
    while names:
        for part in _parts(sorted(names)):
            documents |= store.documents(connection, part)
        said = [json.loads(documents[name][1]) for name in names]
        taken = {one["pool"] for pool in said for one in pool.get("taken", ())}
        names = taken - set(documents)
    return documents


def _runs_of(
    connection: Connection, names: Iterable[str], distribution_id: int
) -> dict[str, store.Hung]:
    """Of each document the run it was logged in; pools and testimonies say whose they are."""
    of = {
        name: distribution_id if name.startswith("statement/") else int(name.split("/")[1])
        for name in names
    }
    runs = store.runs(connection, DISTRIBUTION, sorted(set(of.values())))
    return {name: runs[number] for name, number in of.items()}


def _records(connection: Connection, names: set[str]) -> Iterable[Opened]:
    """The records of these names, `device/boot/seq`, in the words the box signed."""
    for part in _parts(sorted(_letters(connection, names))):
        runs = store.runs(connection, LETTER, part)
        spoken = _spoken(connection, part)
        for letter, leaves in record_leaves(connection, part).items():
            for index, leaf in enumerate(leaves, runs[letter].first_leaf):
                if leaf.name not in names:
                    continue
                words = spoken.get(leaf.name, "")
                if content_of(words) != leaf.content:
                    raise _spoiled(letter, leaf.name)
                yield Opened(index, leaf.name, runs[letter].salt(index), words)


def _letters(connection: Connection, names: set[str]) -> set[int]:
    """The numbers of the letters that these records came in."""
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for name in names:
        device, boot, seq = name.split("/")
        numbers[device, boot].append(int(seq))
    return {
        letter
        for (device, boot), seqs in numbers.items()
        for part in _parts(seqs)
        for letter in connection.scalars(
            select(records.c.batch_id)
            .filter_by(device=device, boot=boot)
            .where(records.c.seq.in_(part))
        )
    }


def _spoken(connection: Connection, letters: Sequence[int]) -> dict[str, str]:
    """What the records of these letters say, by name; nothing, where a letter is spoiled."""
    payloads = connection.scalars(select(batches.c.payload).where(batches.c.id.in_(letters)))
    spoken: dict[str, str] = {}
    for payload in payloads:
        with suppress(ValidationError):
            batch = DetectionBatch.model_validate_json(payload)
            for record in batch.records:
                spoken[f"{batch.device}/{record.boot}/{record.seq}"] = record.model_dump_json()
    return spoken


def _spoiled(letter: int, record: str) -> Unready:
    return Unready(
        f"letter {letter} in the books is spoiled: it no longer says what record {record} once"
        " was, and this bundle has to open it; `qulaq-central audit` names every letter like it;"
        f" put row {letter} of `batches` back from a backup of the books, then ask again"
    )


def _parts(whole: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (whole[at : at + _AT_ONCE] for at in range(0, len(whole), _AT_ONCE))
