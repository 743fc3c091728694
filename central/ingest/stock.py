"""What a box says the office has had, beside what the books have: the numbers that lack."""

from collections.abc import Collection, Iterator, Sequence

from edge.sync.wire import Gaps, Inventory, Span

MOST = 500  # stretches asked for at once; the box comes again


def lacking(span: Span, kept: Collection[int]) -> Iterator[Span]:
    """The stretches of a span that are not among the numbers kept."""
    first = span.first
    for number in [*sorted(kept), span.last + 1]:
        if first < number:
            yield span.model_copy(update={"first": first, "last": number - 1})
        first = number + 1


def gaps_of(inventory: Inventory, kept: Sequence[Collection[int]]) -> Gaps:
    """All that lacks.

    Args:
        inventory: what the box remembers.
        kept: for each of its spans, the numbers in the books.
    """
    pairs = zip(inventory.delivered, kept, strict=True)
    missing = [gap for span, numbers in pairs for gap in lacking(span, numbers)]
    return Gaps(missing=tuple(missing[:MOST]))
