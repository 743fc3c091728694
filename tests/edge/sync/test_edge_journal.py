import hashlib
import os
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.durable import SECTOR_BYTES, Card
from edge.sync import journal
from edge.sync.chain import BEGINNING, content_of, follow
from edge.sync.entry import Entry
from edge.sync.frame import decode, encode
from edge.sync.holes import UNNAMED, Loss, holes
from edge.sync.journal import Journal
from edge.sync.wire import BoxTime
from tests.fakes.evenings import BOOT, SEVEN, checkpoint, folder_in_memory, heard

OTHER = UUID(int=2)


@pytest.fixture
def folder():
    with folder_in_memory() as folder:
        yield folder


def at(seq):
    return checkpoint(until=SEVEN + timedelta(seconds=10 * seq), unfinished=[heard(seq + 1)])


def write(folder, seqs, *, boot=BOOT):
    book = Journal(folder, "main", card=Card())
    return [book.append([heard(seq, boot=boot)], replace(at(seq), boot=boot)) for seq in seqs]


def told(folder):
    return [one.record for entry in journal.read(folder, "main") for one in entry.told]


def newest_file(folder):
    return journal.files(folder, "main")[-1][1]


def holes_in(folder, *, following=lambda _before: None):
    return [
        hole
        for since, entries in journal.stretches(folder, "main")
        for hole in holes(entries, following, since=since)
    ]


def test_what_was_written_is_read_in_that_order_by_whoever_opens_it(folder):
    entries = write(folder, range(1, 10))

    assert [heard(seq) for seq in range(1, 10)] == told(folder)
    assert entries[-1].head == Journal(folder, "main", card=Card()).latest.head
    assert at(9) == journal.latest(folder, "main").checkpoint


def test_each_record_carries_the_hash_of_all_before_it(folder):
    entries = write(folder, range(1, 5))

    contents = [content_of(heard(seq)) for seq in range(1, 5)]
    assert BEGINNING == entries[0].before
    assert follow(BEGINNING, contents) == entries[-1].head
    assert holes_in(folder) == []


def test_calendar_time_that_is_put_to_a_record_later_breaks_no_chain():
    box = BoxTime(kernel=OTHER, first=0, end=480_000, started_ns=5, ended_ns=10**10)
    guessed = heard(1).model_copy(update={"box": box, "clock_synced": False})
    known = heard(7).model_copy(update={"box": box, "seq": 1, "uncertainty_ms": 20})
    elsewhen = known.model_copy(update={"box": box.model_copy(update={"first": 1})})

    assert content_of(guessed) == content_of(known) != content_of(elsewhen)
    assert content_of(heard(1)) != content_of(heard(7).model_copy(update={"seq": 1}))


@given(st.text(max_size=32) | st.just('","started_at":,"box":'), st.booleans())
def test_the_chain_seals_all_words_but_the_calendar(input_name, is_dated):
    box = BoxTime(kernel=OTHER, first=0, end=480_000, started_ns=5, ended_ns=10**10)
    said = {"input": input_name, "uncertainty_ms": 20 if is_dated else None, "box": box}
    record = heard(1).model_copy(update=said)
    calendar = {"started_at", "ended_at", "clock_synced", "uncertainty_ms"}
    sealed = record.model_dump_json(exclude=calendar)

    assert hashlib.sha256(sealed.encode()).digest() == content_of(record)


def test_the_chain_goes_on_from_boot_to_boot(folder):
    first = write(folder, [1, 2])
    second = write(folder, [1, 2], boot=OTHER)

    assert first[-1].head == second[0].before
    assert holes_in(folder) == []


def test_a_checkpoint_alone_takes_no_room_of_the_journal(folder):
    write(folder, [1])
    size = newest_file(folder).stat().st_size
    book = Journal(folder, "main", card=Card())
    for seq in range(2, 50):
        book.append([], at(seq))

    assert size == newest_file(folder).stat().st_size == SECTOR_BYTES
    assert at(49) == journal.latest(folder, "main").checkpoint


def test_a_sign_of_life_fits_one_sector():
    evening = [heard(1, state="heard"), heard(2, state="lost"), heard(3)]

    assert len(encode(Entry(1, bytes(32), 9, (), checkpoint(unfinished=evening)))) <= SECTOR_BYTES


def test_a_checkpoint_too_large_for_its_slot_goes_into_the_journal(folder):
    long = checkpoint(unfinished=[heard(n, recording=os.urandom(32).hex()) for n in range(1, 200)])
    write(folder, [1])

    Journal(folder, "main", card=Card()).append([], long)

    assert long == journal.latest(folder, "main").checkpoint
    assert [heard(1)] == told(folder)
    assert holes_in(folder) == []


def test_files_are_bounded_and_numbered(folder, monkeypatch):
    monkeypatch.setattr(journal, "FILE_BYTES", 2 * SECTOR_BYTES)

    write(folder, range(1, 8))

    assert [1, 2, 3, 4] == [number for number, _ in journal.files(folder, "main")]
    assert [heard(seq) for seq in range(1, 8)] == told(folder)


def test_inputs_do_not_meet_whatever_they_are_called(folder):
    for name in ("main", "main.2", "сахна"):
        book = Journal(folder, name, card=Card())
        book.append([heard(1, recording=name)], replace(at(1), input=name))

    assert sorted(["main", "main.2", "сахна"]) == journal.inputs(folder)
    assert [heard(1, recording="main")] == told(folder)


@given(cut=st.integers(0, 8 * SECTOR_BYTES - 1))
def test_a_torn_tail_is_recognised_and_written_after(cut):
    with folder_in_memory() as folder:
        write(folder, range(1, 9))
        os.truncate(newest_file(folder), cut)
        (folder / "main.checkpoint").unlink()  # or it would know more
        kept = cut // SECTOR_BYTES  # whole entries; the padding of one may be short

        write(folder, [1, 2], boot=OTHER)

        read = told(folder)
        mine = [one for one in read if one.boot == BOOT]
        assert len(mine) - kept in (0, 1)
        assert [heard(seq) for seq in range(1, len(mine) + 1)] == mine
        assert [heard(seq, boot=OTHER) for seq in (1, 2)] == read[len(mine) :]


@given(st.sets(st.integers(0, 7)))
def test_every_lost_sector_is_a_hole_with_its_numbers(lost):
    with folder_in_memory() as folder:
        write(folder, range(1, 9))
        content = bytearray(newest_file(folder).read_bytes())
        for sector in lost:
            content[sector * SECTOR_BYTES : (sector + 1) * SECTOR_BYTES] = bytes(SECTOR_BYTES)
        newest_file(folder).write_bytes(content)

        found = holes_in(folder)
        mine = [one for one in found if one.boot == BOOT]

    assert {n + 1 for n in lost} == {n for one in mine for n in range(one.first, one.last + 1)}
    others = [(one.boot, one.first, one.last) for one in found if one not in mine]
    assert others == [(UNNAMED, 1, None)] * (0 in lost)  # perhaps there were runs before


def test_a_first_run_that_is_lost_whole_is_told_without_its_name(folder):
    write(folder, [1, 2])
    entries = write(folder, [1, 2], boot=OTHER)
    content = bytearray(newest_file(folder).read_bytes())
    content[: 2 * SECTOR_BYTES] = bytes(2 * SECTOR_BYTES)
    newest_file(folder).write_bytes(content)

    (hole,) = holes_in(folder)

    assert (UNNAMED, 1, None) == (hole.boot, hole.first, hole.last)
    assert entries[0].checkpoint.listened_until == hole.ended


def test_a_hole_says_whose_which_and_when(folder):
    entries = write(folder, range(1, 5))
    content = bytearray(newest_file(folder).read_bytes())
    content[2 * SECTOR_BYTES + 20] ^= 1
    newest_file(folder).write_bytes(content)

    (hole,) = holes_in(folder)

    began, ended = (entries[n].checkpoint.listened_until for n in (1, 3))
    assert Loss(BOOT, 3, 3, began, ended) == hole


def test_what_others_have_kept_is_no_hole(folder):
    entries = write(folder, range(1, 5))
    os.truncate(newest_file(folder), 2 * SECTOR_BYTES)
    kept = {entry.before: one for entry in entries for one in entry.told}

    assert [] == holes_in(folder, following=kept.get)
    assert [3] == [one.first for one in holes_in(folder, following={}.get)]


def test_a_run_whose_end_is_lost_may_have_told_more(folder):
    write(folder, [1, 2, 3])
    write(folder, [1, 2], boot=OTHER)
    content = newest_file(folder).read_bytes()
    newest_file(folder).write_bytes(content[:SECTOR_BYTES] + content[4 * SECTOR_BYTES :])

    found = [(one.boot, one.first, one.last) for one in holes_in(folder)]

    assert [(BOOT, 2, None), (OTHER, 1, 1)] == found


def test_the_same_told_again_because_the_card_had_refused_it_counts_once(folder):
    book = Journal(folder, "main", card=Card())
    book.append([heard(1)], at(1))
    before = book.latest
    book.append([heard(2)], at(2))  # it was written; suppose the card had said it was not
    book.latest = before

    book.append([heard(2), heard(3)], at(3))

    assert [heard(1), heard(2), heard(3)] == told(folder)
    assert holes_in(folder) == []


@given(st.binary(max_size=2000))
def test_what_is_no_entry_is_none(noise):
    assert decode(noise) is None
