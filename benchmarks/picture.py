"""One detection as a picture for people who have never seen one."""

from dataclasses import dataclass
from pathlib import Path

import click
import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.hearing import Found, open_catalogue, told
from benchmarks.laboratory import RATE_HZ, Laboratory, Sound, bed, in_room, level, louder, talk
from edge.matcher.detect import Detector
from edge.matcher.fingerprint import Fingerprint, Fingerprinter, fingerprint
from edge.matcher.landmarks import Landmarks, join, query_hashes, reference_hashes
from edge.matcher.recipe import RECIPE
from edge.matcher.spectrum import LogSpectrum

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_BEFORE, _PLAYED, _AFTER = 14.0, 24.0, 12.0  # seconds of the scene
_INK, _FAINT, _HIT, _MISS = "#1b2a41", "#8d99ae", "#d1495b", "#b8c0cc"
_NEAR = (2, 4)  # frames, quarters of a bin: so near, two landmarks are the same


@dataclass(frozen=True, slots=True)
class Story:
    """All that the picture shows.

    Attributes:
        sound: what reaches the microphone, float32 at the recipe's rate.
        heard: its landmarks.
        learnt: landmarks of the recording as the catalogue keeps them.
        found: what the ear says.
        truth: seconds of the sound at which the recording really begins and ends.
    """

    sound: Sound
    heard: Landmarks
    learnt: Fingerprint
    found: Found
    truth: tuple[float, float]


@click.command()
@click.option("--lab", required=True, type=_FOLDER, help="The laboratory folder.")
@click.option("--recording", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--catalogue", required=True, type=_FOLDER, help="Folder of segments that has it.")
@click.option("--place", default=60.0, show_default=True, help="Second of the recording to play.")
@click.option("--out", default="docs/detection.png", type=click.Path(path_type=Path))
def main(lab: Path, recording: Path, catalogue: Path, place: float, out: Path) -> None:
    """Play a recording in a hall with people and a voice, and draw how the ear finds it."""
    story = _told(Laboratory.open(lab, [recording]), recording.stem, catalogue, place)
    draw(story).savefig(out, dpi=110)


def _told(lab: Laboratory, name: str, catalogue: Path, place: float) -> Story:
    piece = lab.pieces[name].astype(np.float32)
    sound = _scene(lab, piece, round(place * RATE_HZ), np.random.default_rng(7))
    ear, detector = Fingerprinter(RATE_HZ), Detector(open_catalogue(catalogue))
    heard = join([ear.feed(sound), ear.close()])
    found = [told(one) for one in detector.feed(heard) + detector.close()]
    own = [one for one in found if one.recording == name]
    if not own:
        raise click.UsageError(f"{name} is not recognised from second {place}; play another place")
    learnt = fingerprint(level(piece, 0.1), RATE_HZ)
    return Story(sound, heard, learnt, own[0], (_BEFORE, _BEFORE + _PLAYED))


def _scene(lab: Laboratory, piece: Sound, first: int, dice: np.random.Generator) -> Sound:
    """People wait; the recording is played into the room, a voice over it; people go on."""
    size = round((_BEFORE + _PLAYED + _AFTER) * RATE_HZ)
    stage = np.zeros(size, np.float32)
    begin = round(_BEFORE * RATE_HZ)
    played = level(piece[first : first + round(_PLAYED * RATE_HZ)])
    stage[begin : begin + len(played)] = played
    late = begin + round(8 * RATE_HZ)
    stage[late : late + 7 * RATE_HZ] += talk(lab.voices, dice, 7 * RATE_HZ)
    people = louder(bed(lab.crowds, dice, size), -6)
    return louder(in_room(lab, dice, stage) + people, -20)


def draw(story: Story) -> Figure:
    """Five panels from the sound to the line in the log."""
    mpl.rcParams.update({"text.color": _INK, "axes.edgecolor": _FAINT, "axes.labelcolor": _INK})
    mpl.rcParams.update({"xtick.color": _FAINT, "ytick.color": _FAINT})
    figure = Figure(figsize=(11.5, 15.2), facecolor="white", layout=None)
    axes = figure.subplots(5, 1, gridspec_kw={"height_ratios": [3, 3, 2.2, 3, 2.2]})
    figure.subplots_adjust(left=0.075, right=0.965, top=0.9, bottom=0.045, hspace=0.68)
    figure.text(0.075, 0.972, "How the ear recognises a recording", fontsize=21, weight="bold")
    figure.text(0.075, 0.951, "Fifty seconds in a hall: people talk, a recording is played, a voice"
                " speaks over it, people go on talking.", fontsize=11.5, color=_INK)  # fmt: skip
    for ax, panel in zip(axes, (_sound, _points, _votes, _overlay, _verdict), strict=True):
        panel(ax, story)
    return figure


def _sound(ax: Axes, story: Story) -> None:
    spectrum = LogSpectrum(RECIPE)
    levels = np.concatenate((spectrum.feed(story.sound), spectrum.close())) / 65536
    low, high = np.percentile(levels, (20, 99.7))
    extent = (0, _seconds(len(levels)), _hertz(RECIPE.low_bin), _hertz(RECIPE.high_bin))
    image = ax.imshow(levels.T, "magma", extent=extent, aspect="auto", origin="lower")
    image.set_clim(low, high)
    _stretch(ax, story, "white")
    words = "Time runs to the right, low notes are below, high ones above; what is bright is loud."
    _frame(ax, story, 1, "The sound", f"{words} Between the dashed lines the recording plays.")


def _points(ax: Axes, story: Story) -> None:
    heard = story.heard
    ax.scatter(
        _all_seconds(heard.frames), _all_hertz(heard.bins), s=heard.heights * 1.1, c=_INK, lw=0
    )
    _stretch(ax, story, _FAINT)
    words = "Only points louder than everything around them. From here on the sound is gone:"
    _frame(ax, story, 2, "What is kept: landmarks", f"{words} nobody can play these dots.")


def _votes(ax: Axes, story: Story) -> None:
    shifts = _agreements(story)
    frames = int(story.learnt.landmarks.until)
    counts, edges = np.histogram(shifts, bins=np.arange(-frames // 8, frames, 8))
    ax.bar(_all_seconds(edges[:-1]), counts, width=_seconds(8) * 1.6, color=_FAINT, align="edge")
    best = int(np.argmax(counts))
    ax.bar(_seconds(edges[best]), counts[best], width=_seconds(16), color=_HIT, align="edge")
    words = f"{counts[best]} pairs agree on one place"
    top = (_seconds(edges[best]), counts[best])
    ax.annotate(words, top, (10, -14), textcoords="offset points", color=_HIT, weight="bold")
    ax.set_xlim(_seconds(edges[0]), _seconds(edges[-1]))
    ax.set_xlabel("place in the recording at which our fifty seconds would begin, seconds")
    ax.set_ylabel("pairs")
    _title(ax, 3, "Votes", "Every pair of landmarks that the recording has too votes for a place in"
           " it. Chance spreads its votes; the truth heaps them up.")  # fmt: skip


def _overlay(ax: Axes, story: Story) -> None:
    times, bins, hits = _laid_over(story)
    for chosen, colour, size in ((~hits, _MISS, 14), (hits, _HIT, 16)):
        ax.scatter(_all_seconds(times[chosen]), _all_hertz(bins[chosen]), s=size, lw=0, c=colour)
    inside = (times >= RECIPE.frame(story.truth[0])) & (times < RECIPE.frame(story.truth[1]))
    _stretch(ax, story, _FAINT)
    words = "The recording's own landmarks, put at that place: red is there, grey is not. Inside"
    words += f" {_share(hits[inside])} of them are there, outside {_share(hits[~inside])}."
    _frame(ax, story, 4, "Laid over each other", words)


def _verdict(ax: Axes, story: Story) -> None:
    times, _, hits = _laid_over(story)
    seconds = np.arange(0, story.sound.size / RATE_HZ - 2, 0.5)
    shares = [_hit_share(times, hits, at) for at in seconds]
    ax.fill_between(seconds + 1, 100 * np.array(shares), color=_HIT, alpha=0.35, lw=0)
    found = story.found
    ax.axvspan(found.start, found.end, ymin=0.9, ymax=1.0, color=_HIT, lw=0)
    ax.set_ylim(0, 69)
    ax.set_yticks((0, 20, 40, 60))
    ax.set_ylabel("% there")
    _stretch(ax, story, _INK)
    ax.set_xlim(0, story.sound.size / RATE_HZ)
    ax.set_xlabel("seconds")
    off = [found.start - story.truth[0], found.end - story.truth[1]]
    words = (
        "How many of the expected landmarks are there, moment by moment. The bar is what the ear"
    )
    words += f" reports: {found.start:.1f} to {found.end:.1f} s (off by {abs(off[0]):.1f} and"
    _title(ax, 5, "Start and end", f"{words} {abs(off[1]):.1f} s).")


def _agreements(story: Story) -> NDArray[np.int64]:
    """For each pair the stream shares with the recording: place of the stream's beginning in it."""
    heard = story.heard.between(RECIPE.frame(story.truth[0]), RECIPE.frame(story.truth[1]))
    asked, when, _ = query_hashes(heard.strongest(60), 12)
    kept, where = reference_hashes(story.learnt.landmarks.strongest(20), 5)
    order = np.argsort(kept, kind="stable")
    kept, where = kept[order], where[order]
    low, high = np.searchsorted(kept, asked, "left"), np.searchsorted(kept, asked, "right")
    shifts = [where[a:b] - t for a, b, t in zip(low, high, when, strict=True) if b > a]
    return np.concatenate([np.zeros(0, np.int64), *shifts])


def _laid_over(story: Story) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.bool_]]:
    """The recording's landmarks in stream frames, their bins, and whether each was heard."""
    found, marks = story.found, story.learnt.landmarks
    times = RECIPE.frame(found.start) + np.rint(
        (marks.frames - RECIPE.frame(found.place)) / found.speed
    ).astype(np.int64)
    shown = (times >= 0) & (times < story.heard.until)
    times, bins = times[shown], marks.bins[shown]
    heard = story.heard
    hits = [
        bool(np.any((abs(heard.frames - t) <= _NEAR[0]) & (abs(heard.bins - b) * 4 <= _NEAR[1])))
        for t, b in zip(times, bins, strict=True)
    ]
    return times, bins, np.array(hits, np.bool_)


def _hit_share(times: NDArray[np.int64], hits: NDArray[np.bool_], at: float) -> float:
    here = (times >= RECIPE.frame(at)) & (times < RECIPE.frame(at + 2))
    return float(hits[here].mean()) if here.any() else 0.0


def _share(hits: NDArray[np.bool_]) -> str:
    return f"{100 * hits.mean():.0f} %" if len(hits) else "none"


def _stretch(ax: Axes, story: Story, colour: str) -> None:
    for moment in story.truth:
        ax.axvline(moment, color=colour, lw=1.2, ls=(0, (4, 3)))


def _frame(ax: Axes, story: Story, number: int, title: str, words: str) -> None:
    ax.set_xlim(0, story.sound.size / RATE_HZ)
    ax.set_ylim(_hertz(RECIPE.low_bin), _hertz(RECIPE.high_bin))
    ax.set_yticks((1000, 2000, 3000, 4000), ("1 kHz", "2", "3", "4"))
    ax.set_xlabel("seconds")
    _title(ax, number, title, words)


def _title(ax: Axes, number: int, title: str, words: str) -> None:
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    _above(ax, 28, f"{number}  {title}", fontsize=14, weight="bold")
    _above(ax, 9, words, fontsize=10.2, weight="normal")


def _above(ax: Axes, points: int, words: str, *, fontsize: float, weight: str) -> None:
    ax.annotate(
        words, (0, 1), (0, points), xycoords="axes fraction", textcoords="offset points",
        fontsize=fontsize, weight=weight,
    )  # fmt: skip


def _seconds(frames: float) -> float:
    return frames * RECIPE.hop / RECIPE.rate_hz


def _hertz(bins: float) -> float:
    return bins * RECIPE.rate_hz / RECIPE.window


def _all_seconds(frames: NDArray[np.integer]) -> NDArray[np.float64]:
    return np.asarray(frames * (RECIPE.hop / RECIPE.rate_hz), np.float64)


def _all_hertz(bins: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.asarray(bins * (RECIPE.rate_hz / RECIPE.window), np.float64)


if __name__ == "__main__":
    main()
