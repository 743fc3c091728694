"""A process that hears scripted cards through PortAudio, and says what ails each of them.

PortAudio reads the list of cards once, so this needs a process of its own.
"""

import json
import queue
import sys
from itertools import groupby

import sounddevice

from edge.capture.block import Sample, from_pcm
from edge.capture.level import Meter
from edge.capture.signal import BASELINE_MINUTES, Baseline, Signal

RATE_HZ = 48_000
KNOWN_SITE = [-62.0] * BASELINE_MINUTES


def verdicts(name, seconds):
    """State, fault and length in seconds of every stretch that a card gave."""
    meter = Meter(RATE_HZ)
    signal = Signal(meter.low_rate_hz, baseline=Baseline(KNOWN_SITE))
    told, place, heard = [], Sample(0), 0
    for pcm in grabs(name):
        sound = from_pcm(pcm, 1)[: seconds * RATE_HZ - heard]
        heard += sound.size
        for second in meter.feed(sound):
            place = Sample(place + second.samples)
            told += signal.feed(second, place)
        if heard == seconds * RATE_HZ:
            break
    told += signal.close()
    stretches = groupby((one.state, one.fault) for one in told)
    return [(state, fault, len(list(same))) for (state, fault), same in stretches]


def grabs(name):
    """What PortAudio's callback brings of a card, until nobody asks for more."""
    waiting = queue.Queue()

    def take(pcm, _frames, _clock, _status):
        waiting.put(bytes(pcm))

    with sounddevice.RawInputStream(
        device=name, samplerate=RATE_HZ, channels=1, dtype="int16", blocksize=4_800, callback=take
    ):
        while True:
            yield waiting.get(timeout=60)


if __name__ == "__main__":
    length, *cards = sys.argv[1:]
    sys.stdout.write(json.dumps({card: verdicts(card, int(length)) for card in cards}) + "\n")
