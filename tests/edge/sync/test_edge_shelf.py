import pytest

from edge.errors import BadCatalogue, Refused, Unwritable
from edge.sync.shelf import Shelf
from edge.sync.wire import Segment
from tests.fakes.central_simulator import CentralSimulator

OLD, NEW = b"old segment", b"new segment, longer"


@pytest.fixture
def central():
    return CentralSimulator()


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "shelf")


def stock(shelf, central, contents, *, version, siblings=None):
    manifest = central.publish(contents, version=version, siblings=siblings)
    for segment in shelf.missing(manifest):
        shelf.append(segment, central.segments[segment.name])
        shelf.accept(segment)
    shelf.activate(central.manifest)
    return manifest


def content(shelf):
    return [path.read_bytes() for path in shelf.segments(shelf.manifest())]


def test_an_empty_shelf_has_no_catalogue(shelf):
    assert shelf.manifest() is None


def test_a_version_is_on_the_shelf_as_central_published_it(shelf, central):
    manifest = stock(shelf, central, [OLD, NEW], version=1)

    assert manifest == shelf.manifest()
    assert [OLD, NEW] == content(shelf)


def test_the_version_before_stays_and_what_neither_names_is_dropped(shelf, central, tmp_path):
    stock(shelf, central, [b"the oldest"], version=1)
    before = stock(shelf, central, [OLD], version=2)
    stock(shelf, central, [NEW], version=3)

    assert [NEW] == content(shelf)
    assert before == shelf.previous()
    assert [OLD] == [path.read_bytes() for path in shelf.segments(before)]
    assert len(list((tmp_path / "shelf").glob("*.qseg"))) == 2


def test_a_version_activated_twice_leaves_the_one_before(shelf, central):
    before = stock(shelf, central, [OLD], version=1)
    stock(shelf, central, [NEW], version=2)
    shelf.activate(central.manifest)

    assert before == shelf.previous()


def test_a_torn_version_before_is_told_and_hinders_nothing(shelf, central, tmp_path):
    stock(shelf, central, [OLD], version=1)
    stock(shelf, central, [NEW], version=2)
    (tmp_path / "shelf" / "previous.json").write_text("{")
    shelf.activate(central.manifest)

    with pytest.raises(BadCatalogue, match=r"previous\.json"):
        shelf.previous()
    assert [NEW] == content(shelf)


def test_a_segment_both_versions_name_is_not_fetched_again(shelf, central):
    stock(shelf, central, [OLD], version=1)

    manifest = central.publish([OLD, NEW], version=2)

    assert manifest.segments[1:] == shelf.missing(manifest)


def test_of_two_ways_to_a_version_a_box_takes_the_one_that_brings_fewer_bytes(
    shelf, central, tmp_path
):
    base, more, merged = b"the oldest" * 100, b"what came later", b"all of it"
    stock(shelf, central, [base, more], version=1)
    both = central.publish([base, more, b"new"], version=2, packed=[base, merged])
    newcomer = Shelf(tmp_path / "another")

    assert [segment.size_bytes for segment in shelf.missing(both)] == [3]
    assert both.packed == newcomer.missing(both)
    for own in (shelf, newcomer):
        for segment in own.missing(both):
            own.append(segment, central.segments[segment.name])
            own.accept(segment)
        own.activate(both)
        assert [] == own.missing(both)
    assert [base, more, b"new"] == content(shelf)
    assert [base, merged] == content(newcomer)


def test_a_box_never_unlearns(shelf, central):
    stock(shelf, central, [NEW], version=5)
    central.publish([OLD], version=4)

    with pytest.raises(Refused, match="version 4 after 5"):
        shelf.activate(central.manifest)

    assert [NEW] == content(shelf)


def test_a_version_is_not_activated_before_it_is_whole(shelf, central):
    stock(shelf, central, [OLD], version=1)
    central.publish([OLD, NEW], version=2)

    with pytest.raises(BadCatalogue, match="not whole"):
        shelf.activate(central.manifest)

    assert [OLD] == content(shelf)


@pytest.mark.parametrize("place", range(len(NEW)))
def test_a_segment_with_any_byte_changed_never_reaches_the_shelf(shelf, central, place):
    segment = central.publish([NEW], version=1).segments[0]
    wrong = bytearray(NEW)
    wrong[place] ^= 1
    shelf.append(segment, bytes(wrong))

    with pytest.raises(BadCatalogue, match="fetched anew"):
        shelf.accept(segment)

    assert shelf.arrived(segment) == 0
    assert [segment] == shelf.missing(central.publish([NEW], version=1))


def test_what_arrived_before_a_cut_is_counted(shelf, central):
    segment = central.publish([NEW], version=1).segments[0]
    shelf.append(segment, NEW[:7])

    assert shelf.arrived(segment) == 7


def test_more_than_was_promised_is_dropped(shelf, central):
    segment = central.publish([NEW], version=1).segments[0]
    shelf.append(segment, NEW)

    with pytest.raises(BadCatalogue, match="longer than 19"):
        shelf.append(segment, b"!")

    assert shelf.arrived(segment) == 0


def test_a_segment_whose_name_is_not_its_content_is_refused(shelf, central):
    segment = central.publish([NEW], version=1).segments[0]
    other = Segment(**{**segment.model_dump(), "name": f"{'0' * 64}.qseg"})
    shelf.append(other, NEW)

    with pytest.raises(BadCatalogue):
        shelf.accept(other)


def test_a_torn_segment_on_the_shelf_counts_as_missing(shelf, central):
    manifest = stock(shelf, central, [NEW], version=1)

    shelf.segments(manifest)[0].write_bytes(NEW[:3])

    assert manifest.segments == shelf.missing(manifest)


def test_a_torn_manifest_is_told(shelf, central, tmp_path):
    stock(shelf, central, [NEW], version=1)
    (tmp_path / "shelf" / "manifest.json").write_text("{")

    with pytest.raises(BadCatalogue, match=r"manifest\.json"):
        shelf.manifest()


def test_a_shelf_that_cannot_be_written_says_so(tmp_path, central):
    (tmp_path / "shelf").write_text("a file where a folder belongs")
    shelf = Shelf(tmp_path / "shelf")
    segment = central.publish([NEW], version=1).segments[0]

    with pytest.raises(Unwritable, match=r"shelf.*look at the card"):
        shelf.append(segment, NEW)
    central.publish([], version=2)
    with pytest.raises(Unwritable, match=r"shelf.*look at the card"):
        shelf.activate(central.manifest)


def test_a_segment_that_rotted_on_the_card_is_fetched_again(shelf, central, tmp_path):
    manifest = stock(shelf, central, [OLD, NEW], version=1)
    rotten = shelf.segments(manifest)[0]
    rotten.write_bytes(OLD[:-1] + b"!")

    assert [] == shelf.missing(manifest)
    assert [rotten] == shelf.drop_spoiled()
    assert manifest.segments[:1] == shelf.missing(manifest)


def test_who_shares_sound_comes_and_goes_with_its_version(shelf, central, tmp_path):
    first = stock(shelf, central, [OLD], version=1, siblings=b"told apart by nobody")
    held = shelf.siblings(first).read_bytes()
    shelf.siblings(first).write_bytes(b"told apart by nobodx")
    spoiled = shelf.drop_spoiled()
    missing = shelf.missing(first)
    second = stock(shelf, central, [OLD], version=2)
    stock(shelf, central, [OLD], version=3)

    assert held == b"told apart by nobody"
    assert spoiled == [shelf.siblings(first)]
    assert missing == [first.siblings]
    assert shelf.siblings(second) is None
    assert [*(tmp_path / "shelf").glob("*.qsib")] == []
