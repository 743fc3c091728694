"""What is promised of a run that came after a closing: what it divided, and each statement."""

from collections.abc import Mapping, Sequence
from typing import Any

from central.ingest.coverage import CoverageSpan
from central.royalties.closed import ClosedEvent, StatementHead
from central.royalties.distribution import PlayUsed
from central.royalties.fees import fee_json
from central.royalties.later.reading import LaterLine, LaterRun, own_lines
from central.royalties.opening import in_order
from central.transparency.documents import (
    Document,
    performed,
    play_document,
    pool_head,
    pool_name,
    said_once,
    statement_head,
    testimony_name,
)


def later_pool_document(
    event: ClosedEvent,
    coverage: Sequence[CoverageSpan],
    *,
    rule: str,
    words: Mapping[str, Any],
    plays: Sequence[PlayUsed],
) -> Document:
    """What a run divided by itself at one event.

    Args:
        event: as it was closed.
        coverage: how its hall was listened to.
        rule: of the closing.
        words: `inputs`, `steps`, `pool` and `weights`, as in any pool; where the money was taken
            out of earlier pools, `taken` says how each amount of it is reckoned.
        plays: those it is divided among.
    """
    said = {
        "performed": [performed(play) for play in in_order(plays)],
        "licence": fee_json(event.fee_used) or {},
    }
    return pool_head(event, coverage, rule=rule) | said | dict(words)


def later_statement_document(run: LaterRun, head: StatementHead) -> Document:
    """A statement of a run: each line names the pool it draws from, and may take one back."""
    later = run.distribution.later
    lines = [_line(line, line.play) for line in own_lines(run, head) if line.play is not None]
    said = {
        "kind": later.kind if later else "",
        "closing": later.closing_id if later else 0,
        "because": later.because if later else "",
    }
    return statement_head(run.distribution, head) | said | said_once(lines)


def _line(line: LaterLine, play: PlayUsed) -> Document:
    return {
        "id": f"L{line.id}",
        "event": line.event_id,
        "pool": pool_name(line.pool_of, line.event_id),
        "takes_back": line.takes,
        "play": play_document(play) | _testimony(line, play),
        "role": line.role,
        "steps": line.steps,
    }


def _testimony(line: LaterLine, play: PlayUsed) -> Document:
    """Where it stands what people said of the play, if they did."""
    if play.testimony is None:
        return {}
    return {"testimony": testimony_name(line.frozen_in, line.event_id, play.id)}
