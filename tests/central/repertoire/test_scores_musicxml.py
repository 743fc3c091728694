"""Laws of scores that come as MusicXML: heard as they sound, whatever the notation hides."""

import io
import zipfile

import numpy as np
import pytest

from central.errors import TooLarge, Unacceptable
from central.repertoire import musicxml
from central.repertoire.scores import score_of

STEPS = {"C": 60, "D": 62, "E": 64, "F": 65, "G": 67, "A": 69, "B": 71}


def note(step, quarters, extra="", inside=""):
    pitch = f"<pitch><step>{step}</step><octave>4</octave></pitch>"
    return f"<note>{inside}{pitch}<duration>{2 * quarters}</duration>{extra}</note>"


def score(*parts):
    """Parts of measures of four quarters, as a notation program writes them."""
    listed = "".join(
        f'<score-part id="P{n}"><part-name>{n}</part-name></score-part>' for n in range(len(parts))
    )
    written = "".join(
        f'<part id="P{n}">' + "".join(_measure(k, one) for k, one in enumerate(part)) + "</part>"
        for n, part in enumerate(parts)
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><score-partwise version="3.1">'
    return f"{head}<part-list>{listed}</part-list>{written}</score-partwise>".encode()


def _measure(number, inside):
    time = "<time><beats>4</beats><beat-type>4</beat-type></time>"
    first = f"<attributes><divisions>2</divisions>{time}</attributes>" if number == 0 else ""
    return f'<measure number="{number + 1}">{first}{inside}</measure>'


def tempo(per_minute):
    words = "<direction-type><words>so fast</words></direction-type>"
    return f'<direction>{words}<sound tempo="{per_minute}"/></direction>'


def heard(content):
    return [
        (round(one.start, 3), round(one.end, 3), one.pitch)
        for one in musicxml.notes_of(content, name="score.musicxml")
    ]


def test_chords_sound_together_and_tied_notes_once():
    tied = note("B", 2, '<tie type="start"/>')
    first = tempo(60) + note("C", 2) + note("E", 2, inside="<chord/>") + tied
    content = score([first, note("B", 4, '<tie type="stop"/>')])

    assert [(0, 2, STEPS["C"]), (0, 2, STEPS["E"]), (2, 8, STEPS["B"])] == heard(content)


def test_a_tempo_mark_in_one_part_is_everyone_s():
    high = [tempo(60) + note("C", 4), tempo(120) + note("D", 4)]
    content = score(high, [note("E", 4), note("F", 4)])

    assert [(0, 4, 60), (0, 4, 64), (4, 6, 62), (4, 6, 65)] == heard(content)


def test_repeats_are_taken():
    end = '<barline location="right"><repeat direction="backward"/></barline>'
    content = score([tempo(60) + note("C", 4) + end, note("D", 4)])

    assert [(0, 4, 60), (4, 8, 60), (8, 12, 62)] == heard(content)


def test_a_clarinet_in_b_flat_sounds_lower_than_it_is_written():
    lower = "<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose>"
    transpose = f"<attributes>{lower}</attributes>"
    content = score([transpose + tempo(60) + note("C", 4)])

    assert [(0, 4, 58)] == heard(content)


def packed(content, inside="score.musicxml"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", "<container/>")
        archive.writestr(inside, content)
    return file.getvalue()


def test_a_packed_score_is_the_same_score_as_a_plain_one():
    plain = score([tempo(40) + note(step, 4) for step in "CDEFGABC"])
    one, other = (
        score_of(content, work_id=1, title="", name="a") for content in (plain, packed(plain))
    )

    np.testing.assert_array_equal(one.beats, other.beats)
    assert (one.id, 48_000) == (other.id, pytest.approx(one.milliseconds, abs=2_000))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a letter",
        b"<html/>",
        score([""]),
        score([note("C", 4)])[:-30],
        packed(b"", "notes.txt"),
        packed(score([note("C", 4)]))[:-40],
        score([note("H", 4)]),
    ],
)
def test_what_is_no_score_is_refused_by_name(content):
    with pytest.raises(Unacceptable, match="'sonata'"):
        musicxml.notes_of(content, name="sonata")


def test_a_small_archive_of_an_endless_score_is_refused():
    content = packed(b" " * (musicxml.LARGEST_BYTES + 1))

    with pytest.raises(TooLarge, match="'sonata'"):
        musicxml.notes_of(content, name="sonata")


def test_a_small_score_whose_words_multiply_is_refused():
    tenfold = "".join(f'<!ENTITY w{n} "{f"&w{n - 1};" * 10}">' for n in range(1, 12))
    declared = f'<!DOCTYPE score-partwise [<!ENTITY w0 "la">{tenfold}]>'.encode()
    plain = score([note("C", 4)])
    begins = plain.index(b"<score-partwise")
    swollen = plain[:begins] + declared + plain[begins:].replace(b">", b">&w11;", 1)

    assert musicxml.notes_of(plain, name="sonata")
    with pytest.raises(Unacceptable, match=r"'sonata'.*amplification"):
        musicxml.notes_of(swollen, name="sonata")
