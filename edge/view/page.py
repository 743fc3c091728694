"""The page itself: one screen of a phone, drawn from what was seen of the box."""

from collections.abc import Iterator
from html import escape
from typing import Final

from edge.view.health import LIGHTS, Look, Seen, verdict
from edge.view.words import TONGUES, Words

QUIETEST_DBFS: Final = -60.0  # the left end of the meter


def page(look: Look, words: Words) -> str:
    """The whole page, as HTML."""
    return "".join(_whole(look, words))


def _whole(look: Look, words: Words) -> Iterator[str]:
    yield (
        f'<!doctype html><html lang="{words.tongue}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Qulaq · {escape(words.happened(verdict(look)))}</title>"
        '<link rel="icon" href="data:,"><link rel="stylesheet" href="/view.css">'
        '<noscript><meta http-equiv="refresh" content="10"></noscript>'
        '<script src="/view.js" defer></script><header><b>Qulaq</b><nav>'
    )
    for tongue, name in TONGUES.items():
        here = ' aria-current="true"' if tongue == words.tongue else ""
        yield f'<a href="/?lang={tongue}" lang="{tongue}"{here}>{name}</a>'
    yield "</nav></header><main>"
    yield from _main(look, words)
    yield "</main></html>"


def _main(look: Look, words: Words) -> Iterator[str]:
    found = verdict(look)
    if look.venue:
        yield f'<p class="place">{escape(look.venue)}, {escape(look.hall)}</p>'
    yield (
        f'<section class="card state {LIGHTS[found]}" data-verdict="{found}">'
        f'<h1><span class="lamp"></span>{words.happened(found)}</h1>'
        f'<p class="label">{words.say("what_to_do")}</p><p>{words.to_do(found)}</p></section>'
    )
    if look.inputs:
        yield '<section class="card">'
        for one in look.inputs:
            yield from _meter(one, words)
        yield "</section>"
    yield '<section class="card"><dl>'
    for label, answer in _facts(look, words):
        yield f"<dt>{words.say(label)}</dt><dd>{answer}</dd>"
    yield "</dl></section>"
    yield f'<p class="fine">{words.say("privacy")}</p>'
    catalogue = words.say("catalogue", look.catalogue_version)
    yield f'<p class="fine">{words.say("box")} {escape(look.device)}, {catalogue}</p>'


def _meter(one: Seen, words: Words) -> Iterator[str]:
    peak = one.peak_dbfs if one.is_alive else QUIETEST_DBFS
    width = 100 * max(0.0, min(1.0, 1 - peak / QUIETEST_DBFS))
    yield (
        f'<div class="input"><h2>{words.say("level")}: {escape(one.name)}</h2>'
        f'<div class="meter" role="meter" aria-valuemin="{QUIETEST_DBFS:g}" aria-valuemax="0" '
        f'aria-valuenow="{peak:.0f}"><svg width="100%" height="100%"><rect height="100%" '
        f'width="{width:.1f}%" class="bar"/></svg></div>'
        f'<div class="figures"><span>{words.state(one.ails)}</span>'
        f"<span>{peak:.0f} dBFS</span></div></div>"
    )


def _facts(look: Look, words: Words) -> Iterator[tuple[str, str]]:
    yield "recognised", _recognised(look, words)
    yield "today", _day(look, words)
    if look.central_seconds is None:
        yield "central", words.say("not_since_on")
    else:
        yield "central", words.ago(look.central_seconds)
    yield "waiting", words.say("records", look.waiting)


def _recognised(look: Look, words: Words) -> str:
    if look.is_sounding:
        return words.say("sounding")
    if look.recognised_at is None:
        return words.say("none_yet")
    at = look.recognised_at.astimezone(look.now.tzinfo)
    ago = words.ago((look.now - look.recognised_at).total_seconds())
    return f"{at:%H:%M} ({ago})"


def _day(look: Look, words: Words) -> str:
    """Listened so much of so much, and a bar of where the rest went."""
    whole = look.day_seconds
    minutes = words.say("of", round(whole / 60), round(look.heard_seconds / 60))
    if not whole:
        return words.say("none_yet")
    parts = [
        (state, seconds)
        for state, seconds in sorted(look.coverage_seconds.items(), key=lambda part: -part[1])
        if state != "outside_schedule"
    ]
    bar, place = "", 0.0
    for state, seconds in parts:
        share = 100 * seconds / whole
        bar += f'<rect x="{place:.3f}%" width="{share:.3f}%" height="100%" class="{state}"/>'
        place += share
    named = "".join(
        f'<li><svg width="10" height="10"><rect width="10" height="10" class="{state}"/></svg> '
        f"{words.state(state)} {100 * seconds / whole:.1f} %</li>"
        for state, seconds in parts
    )
    drawn = f'<svg width="100%" height="100%">{bar}</svg>'
    return f'{minutes}<div class="day">{drawn}</div><ul>{named}</ul>'
