"""A score as a notation program would write it."""

import io

import mido


def midi(notes):
    """Notes as the bytes of a MIDI file."""
    file, track = mido.MidiFile(ticks_per_beat=500), mido.MidiTrack()
    file.tracks.append(track)
    edges = [(note.start, 1, note.pitch, round(127 * note.loudness)) for note in notes]
    edges += [(note.end, 0, note.pitch, 0) for note in notes]
    now = 0
    for seconds, _, pitch, velocity in sorted(edges):
        at = round(seconds * 1000)
        track.append(mido.Message("note_on", note=pitch, velocity=velocity, time=at - now))
        now = at
    written = io.BytesIO()
    file.save(file=written)
    return written.getvalue()
