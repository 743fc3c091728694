"""Blocks of sound that know their place, and the holes between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NewType, Protocol

import numpy as np
from numpy.typing import NDArray

from edge.capture.causes import Trouble

Missing = Literal["lost", "behind", "unplugged", "muted", "outside_schedule", "clock_unknown"]
Sample = NewType("Sample", int)  # a position in samples since the source began, holes included


@dataclass(frozen=True, slots=True, eq=False)
class AudioBlock:
    """Sound that was captured.

    Attributes:
        samples: float32 mono in [-1, 1], read-only.
        first: place of `samples[0]`.
        rate_hz: samples per second.
        taken_ns: when `samples[0]` was taken, on the monotonic clock, ns; None: the source has
            no clock, for it is a recording.
        peaks: largest sample of each channel before they were mixed, 0 to 1; none of a mono source.
    """

    samples: NDArray[np.float32]
    first: Sample
    rate_hz: int
    taken_ns: int | None = None
    peaks: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.samples.ndim != 1 or self.samples.dtype != np.float32:
            raise ValueError(
                f"a block is mono float32, not {self.samples.dtype} of shape {self.samples.shape}"
            )
        self.samples.flags.writeable = False

    @property
    def end(self) -> Sample:
        """The place after the last sample."""
        return Sample(self.first + self.samples.size)


@dataclass(frozen=True, slots=True)
class Hole:
    """Sound that was not captured, and why.

    Attributes:
        first: where the hole begins.
        end: the place after it.
        state: `lost` by the card's driver, missed while we were `behind`, `unplugged`; or let go
            unheard, for a switch says so (`muted`), the hours do (`outside_schedule`), or nobody
            knows the hour (`clock_unknown`).
        trouble: why no sound came from the card, as far as that is known.
    """

    first: Sample
    end: Sample
    state: Missing
    trouble: Trouble | None = None


Piece = AudioBlock | Hole


class Source(Protocol):
    """Where sound comes from; the ear cannot tell a sound card from a file."""

    @property
    def rate_hz(self) -> int:
        """Samples per second, the same for every block."""

    @property
    def name(self) -> str:
        """What is listened to, in words for a person."""

    @property
    def length(self) -> Sample | None:
        """Where the sound will end, if that is known beforehand."""

    def pieces(self) -> Iterator[Piece]:
        """Blocks and holes, each beginning where the one before ended.

        Raises:
            Deaf: no more sound can be had, and not because it came to its end.
        """

    def stop(self) -> None:
        """Let `pieces` come to its end soon; safe to call from a signal handler."""


def mono(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """All channels mixed down to one.

    Args:
        samples: shape (samples, channels).

    Returns:
        float32, shape (samples,).
    """
    if samples.shape[1] == 1:
        return samples[:, 0].copy()
    mixed: NDArray[np.float32] = samples.mean(axis=1, dtype=np.float32)
    return mixed


def from_pcm(pcm: bytes, channels: int) -> NDArray[np.float32]:
    """Interleaved little-endian int16, as cards give it, mixed down to float32 mono in [-1, 1]."""
    whole = np.frombuffer(pcm, dtype="<i2").reshape(-1, channels)
    return mono(whole.astype(np.float32) / np.float32(32768.0))


def peaks(samples: NDArray[np.float32] | NDArray[np.int16]) -> tuple[float, ...]:
    """How loud each channel is at most, in the samples' own unit; nothing of a single channel.

    Args:
        samples: shape (samples, channels), at least one sample.
    """
    if samples.shape[1] == 1:
        return ()
    loudest = np.maximum(samples.max(axis=0).astype(float), -samples.min(axis=0).astype(float))
    return tuple(loudest.tolist())


def peaks_of_pcm(pcm: bytes, channels: int) -> tuple[float, ...]:
    """The same of interleaved little-endian int16, 0 to 1."""
    whole = np.frombuffer(pcm, dtype="<i2").reshape(-1, channels)
    return tuple(peak / 32768 for peak in peaks(whole)) if whole.size else ()
