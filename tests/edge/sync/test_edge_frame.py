"""Frames of a journal: what is in them is told again, and a sign of life stays within a sector."""

import base64
import hashlib
import random
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from edge.durable import SECTOR_BYTES
from edge.sync.calendar import Fix
from edge.sync.entry import Entry
from edge.sync.frame import WORDS, decode, encode
from edge.sync.wire import BoxTime, CoverageRecord, Level
from tests.fakes.evenings import SEVEN, checkpoint, heard

# As docs/formats/journal.md says it: words that changed would leave what boxes wrote unreadable.
OF_WORDS = "eb8d4c981ba70918ebe8f2bcae7c41ee4387377f4bcd64011d1f4db880d55da7"
KERNEL, BOOT = UUID(int=2**128 // 3), UUID(int=2**128 // 7)
RECORDS = [heard(1), heard(2, state="heard")]
ENTRY = Entry(
    turn=7,
    before=bytes(range(32)),
    seq=2,
    records=tuple(record.model_dump_json() for record in RECORDS),
    checkpoint=checkpoint(unfinished=[heard(3)]),
)

# As boxes have written it, before there were words known beforehand and since.
FIRST = (
    r"QA$iP0004aA~t_Nc-qxc+fKtU4E>cUuTW&SyRdx+PpngwCGLnel98lHXxhJHr{isc37&|mD6vm`d`^8*d5B)ECX4"
    r"%t+EO1P@kIduLJbW}VFq(pz#}X{!xju!Am|YgvBn0cIKw$E@DZ1&af=2m684I#C3@phHJ>7x5N+byTAf<84I#H`)"
    r"e1{l)s^kCuvPc1l;Q`-C+CmD`1n;jKPIz|nQW)Wcn$Tuf~JDm6E0T({5=;OdHW3tFDP>eX5Xa`Z^$w-"
    r"$ALJycixtFmNJ>_!bm*|bAH#kG0lMrFR7j)ah0z0*CmE}n-"
    r"~QTGwJ$Bg#aHwScC7K6?g$GC8V=Hgxx^hJH=EOivvvIj#Sv*u*#HJ&{_QcgR}MToW+}*t#5PI1lFl{^u?S<jW495"
    r"6@?p?SbCKClomy^2)@kgk9x~Yh9R0V;d&z0N$lWKCeH!}pWQ)nS4QZr>;fP7PkEPK$O?4*2iKe5xnAGodh@U6d85"
    r"vs4hvGi"
)
SECOND = (
    r"QA$iQ0001~<J&)))s#C9!yps{uM(vv+I<*f?vXYH{^SH{efNBAAuEs<QiZ|=qVZ^U7VCX#JwOO78aTA@=nxRmW59"
    r"?BXM&{AvY}&3&yInSJqM1QxUNL9D_M*(Z$7WXN^7ivJ2E`2$?B54V$l<Ay>1tV9~0)v3Bw^M6Gn5H9#h-"
    r"&=1Z_r2bL<Zq61qV!<;Xu=3mpw#@(G+Caha?GDZD?wXI_<D%SR|B|h!vD*"
)


def minute(number, dice):
    """A minute of a hall, with the odd figures that a real clock and a real card bring."""
    began = SEVEN + timedelta(seconds=60 * number, microseconds=dice.randrange(10**6))
    first, ns = dice.randrange(10**9), dice.randrange(10**15)
    levels = ("peak_dbfs", "rms_dbfs", "floor_dbfs", "loudness_lufs")
    return CoverageRecord(
        boot=BOOT,
        seq=number + 1,
        started_at=began,
        ended_at=began + timedelta(seconds=60),
        clock_synced=True,
        uncertainty_ms=dice.randint(1, 30),
        box=BoxTime(
            kernel=KERNEL,
            first=first,
            end=first + 2_880_000,
            started_ns=ns,
            ended_ns=ns + dice.randrange(10**11),
        ),
        state="heard",
        level=Level(**{name: -dice.randint(0, 600) / 10 for name in levels}),
    )


def test_what_was_written_is_read_as_it_was():
    frame = encode(ENTRY)

    assert decode(frame + b"whatever") == (ENTRY, len(frame))


def test_frames_of_every_version_are_read_for_ever():
    for written in (FIRST, SECOND):
        frame = base64.b85decode(written)

        assert decode(frame) == (ENTRY, len(frame))


def test_a_sign_of_life_with_minutes_beside_it_fits_one_sector():
    dice = random.Random(1)
    for turn in range(50):
        waiting = [minute(number, dice) for number in range(3)]
        at = replace(
            checkpoint(unfinished=waiting, boot=BOOT),
            source="hw:venue0",
            kernel=KERNEL,
            monotonic_ns=dice.randrange(10**15),
            fixes=(Fix(KERNEL, dice.randrange(10**12), dice.randrange(10**18), 4_000_000),),
        )

        frame = encode(Entry(turn, dice.randbytes(32), 3, (), at))

        assert len(frame) <= SECTOR_BYTES


def test_the_words_known_beforehand_are_those_of_the_format():
    assert hashlib.sha256(WORDS).hexdigest() == OF_WORDS


def test_a_frame_with_a_bit_turned_anywhere_is_none():
    frame = encode(ENTRY)
    for bit in range(8 * len(frame)):
        spoiled = bytearray(frame)
        spoiled[bit // 8] ^= 1 << bit % 8

        assert decode(spoiled) is None
