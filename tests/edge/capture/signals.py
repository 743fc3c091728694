"""Scripted sound for each way a signal can be ill, and quiet halls that are well; from a seed."""

import numpy as np

RATE_HZ = 16_000
STEP = 1 / 32_768


def times(seconds, rate_hz):
    return np.arange(round(seconds * rate_hz)) / rate_hz


def converted(sound):
    """As a converter of 16 bits gives it."""
    return (np.clip(np.round(sound * 32_768), -32_768, 32_767) / 32_768).astype(np.float32)


def quiet_hall(seconds, *, level_db=-62.0, seed=1, rate_hz=RATE_HZ):
    """Rumble of the ventilation that comes and goes a little, far voices, and the hiss of a box."""
    dice = np.random.default_rng(seed)
    count = round(seconds * rate_hz)
    bins = np.fft.rfftfreq(count, 1 / rate_hz)
    spectrum = np.fft.rfft(dice.normal(size=count)) / np.maximum(bins, 20) ** 1.2
    rumble = np.fft.irfft(spectrum, count)
    breath = np.interp(
        times(seconds, rate_hz),
        np.arange(0, seconds + 3, 3),
        dice.normal(0, 2, round(seconds // 3) + 2)[: len(np.arange(0, seconds + 3, 3))],
    )
    rumble *= 10 ** (breath / 20)
    rumble *= 10 ** (level_db / 20) / np.sqrt((rumble**2).mean())
    return converted(rumble + dice.normal(0, 10 ** (-84 / 20), count))


def dead_cable(seconds, *, level_db=-84.0, seed=2, rate_hz=RATE_HZ):
    """An open preamplifier: its own white hiss and nothing else."""
    dice = np.random.default_rng(seed)
    return converted(dice.normal(0, 10 ** (level_db / 20), round(seconds * rate_hz)))


def digital_zero(seconds, *, rate_hz=RATE_HZ):
    return np.zeros(round(seconds * rate_hz), np.float32)


def muted_mixer(seconds, *, rate_hz=RATE_HZ):
    """What a closed switch leaves: the converter's last bit."""
    dice = np.random.default_rng(3)
    return (dice.integers(-1, 2, round(seconds * rate_hz)) * STEP).astype(np.float32)


def stuck(seconds, *, rate_hz=RATE_HZ):
    return np.full(round(seconds * rate_hz), 0.25, np.float32)


def too_loud(seconds, *, rate_hz=RATE_HZ):
    """Chords of twice full scale, cut off by the converter."""
    time = times(seconds, rate_hz)
    chord = sum(np.sin(2 * np.pi * tone * time) for tone in (220.0, 277.2, 329.6))
    return converted(np.clip(0.7 * chord, -1, 1))


def offset(seconds, *, rate_hz=RATE_HZ):
    return converted(quiet_hall(seconds, rate_hz=rate_hz) + 0.08)


def humming(seconds, *, grid_hz=50.0, rate_hz=RATE_HZ):
    """A loose shield: the grid's tone, a little off its number, with overtones."""
    time = times(seconds, rate_hz)
    hum = sum(np.sin(2 * np.pi * n * grid_hz * 1.001 * time) / n for n in (1, 2, 3, 5))
    return converted(0.02 * hum + quiet_hall(seconds, rate_hz=rate_hz))


FAULTS = {
    "digital_zero": ("silent_signal", digital_zero),
    "muted_mixer": ("silent_signal", muted_mixer),
    "stuck": ("silent_signal", stuck),
    "below_floor": ("silent_signal", dead_cable),
    "clipping": ("clipped", too_loud),
    "direct_current": ("heard", offset),
    "hum": ("heard", humming),
}
