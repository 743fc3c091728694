"""Segments one over the other: whatever is wanted is seen through them, and little is added."""

from hypothesis import given
from hypothesis import strategies as st

from central.catalogue.layers import MOST, Layer, keeps, over, seen_through

CATALOGUES = st.dictionaries(st.sampled_from("abcdefghijkl"), st.sampled_from("012"), max_size=12)


@given(st.lists(CATALOGUES, min_size=1, max_size=2 * MOST))
def test_what_is_wanted_is_what_is_seen(wishes):
    layers = []
    for wanted in wishes:
        layers = layers[: keeps(layers, wanted)]
        added = over(layers, wanted)
        layers.append(added)

        assert wanted == seen_through(layers)
        assert len(layers) <= MOST
        assert over(layers, wanted).is_empty
        assert added == Layer.from_text(added.to_text())


@given(st.lists(CATALOGUES, max_size=5), CATALOGUES)
def test_a_layer_holds_what_changed_and_nothing_else(wishes, wanted):
    layers = []
    for wish in wishes:
        layers.append(over(layers, wish))
    seen, added = seen_through(layers), over(layers, wanted)

    assert not added.recordings.items() & seen.items()
    assert added.recordings.keys() <= wanted.keys()
    assert added.removed == seen.keys() - wanted.keys()


def test_a_layer_that_is_mostly_hidden_is_made_anew():
    hundred = {str(n): "0" for n in range(100)}
    oldest = Layer(hundred)

    assert 1 == keeps([oldest], hundred | {str(n): "1" for n in range(20)})
    assert 0 == keeps([oldest], hundred | {str(n): "1" for n in range(21)})
