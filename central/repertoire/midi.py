"""A score as a MIDI file: its notes in seconds, bounded before they are believed."""

import io
from collections import defaultdict

import mido

from central.errors import TooLarge, Unacceptable
from edge.matcher.works.score import Note

LONGEST_SECONDS = 3 * 3600  # of one score
MOST_EVENTS = 500_000
LONGEST_HELD = 6.0  # s: what a pedal holds longer is no longer heard
_DRUMS = 9
_PEDAL = 64


def notes_of(content: bytes, *, name: str) -> list[Note]:
    """The notes of a MIDI file, by start; percussion has no harmony and is left out.

    Raises:
        Unacceptable: no MIDI file that can be read, or one without notes.
        TooLarge: more than a score can hold.
    """
    if content[:4] != b"MThd":
        raise Unacceptable(f"score {name!r} is no MIDI file; save it as .mid")
    try:
        file = mido.MidiFile(file=io.BytesIO(content), clip=True)
        if sum(len(track) for track in file.tracks) > MOST_EVENTS:
            raise TooLarge(f"score {name!r} has more than {MOST_EVENTS} events; send it in parts")
        notes = _Hands(name).play(file)
    except (OSError, EOFError, ValueError, KeyError, IndexError, TypeError, ZeroDivisionError) as e:
        raise Unacceptable(f"score {name!r} is no MIDI file that can be read: {e}") from e
    if not notes:
        raise Unacceptable(f"score {name!r} has no notes; is it the right file?")
    return sorted(notes, key=lambda note: (note.start, note.pitch, note.end))


class _Hands:
    """The keys that are down, and the pedals."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._down: dict[tuple[int, int], tuple[float, float]] = {}
        self._pedal: set[int] = set()
        self._held: dict[int, list[tuple[float, int, float]]] = defaultdict(list)
        self._notes: list[Note] = []

    def play(self, file: mido.MidiFile) -> list[Note]:
        """All notes of a file."""
        now = 0.0
        for event in file:
            now += event.time
            if now > LONGEST_SECONDS:
                raise TooLarge(f"score {self._name!r} is longer than {LONGEST_SECONDS // 3600} h")
            if getattr(event, "channel", _DRUMS) != _DRUMS:
                self._take(event, now)
        for channel, pitch in list(self._down):
            self._let_go(channel, pitch, now)
        for channel in list(self._held):
            self._lift(channel, now)
        return self._notes

    def _take(self, event: mido.Message, now: float) -> None:
        if event.type == "note_on" and event.velocity > 0:
            self._let_go(event.channel, event.note, now)
            self._down[event.channel, event.note] = (now, event.velocity / 127)
        elif event.type in ("note_on", "note_off"):
            self._let_go(event.channel, event.note, now)
        elif event.type == "control_change" and event.control == _PEDAL:
            if event.value >= _PEDAL:
                self._pedal.add(event.channel)
            else:
                self._lift(event.channel, now)

    def _let_go(self, channel: int, pitch: int, now: float) -> None:
        if (channel, pitch) not in self._down:
            return
        start, loudness = self._down.pop((channel, pitch))
        if channel in self._pedal:
            self._held[channel].append((start, pitch, loudness))
        else:
            self._notes.append(Note(start, now, pitch, loudness))

    def _lift(self, channel: int, now: float) -> None:
        self._pedal.discard(channel)
        for start, pitch, loudness in self._held.pop(channel, []):
            self._notes.append(Note(start, min(now, start + LONGEST_HELD), pitch, loudness))
