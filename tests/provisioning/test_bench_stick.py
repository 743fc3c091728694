"""Identities are believed only with their key; orders are on the stick only when read back."""

import pytest

from edge.errors import BadStick
from edge.stick.labels import bundle_name, identity_name
from edge.stick.medium import MOST_FILES, open_medium
from provisioning.stick import choose, identities, read_identity, write_orders


def test_the_boxes_that_introduced_themselves_are_found(stick, box, new_box, introduce):
    second = new_box()
    introduce(stick, second)
    with open_medium(stick) as medium:
        medium.write_file("RECEIPT.txt", b"not an identity")
        found = identities(medium)

    assert {one.device for one in found} == {box.device, second.device}


def test_an_identity_that_is_none_is_named(stick):
    with open_medium(stick) as medium:
        medium.write_file(identity_name("qb-0"), b"{}")
        with pytest.raises(BadStick, match="identity-qb-0"):
            identities(medium)


def test_an_identity_with_anothers_key_is_refused(box, new_box):
    mixed = box.identity.model_copy(update={"public_key": new_box().identity.public_key})
    with pytest.raises(BadStick, match=box.device):
        read_identity(mixed.model_dump_json().encode(), source="stick")


def test_a_crowded_stick_is_refused(stick):
    with open_medium(stick) as medium:
        for number in range(MOST_FILES):
            medium.write_file(f"{number}.txt", b"")
        with pytest.raises(BadStick, match="delete"):
            identities(medium)


def test_the_only_box_needs_no_name_and_one_of_several_does(box, new_box):
    other = new_box()
    both = [box.identity, other.identity]

    assert choose([box.identity], device=None) == box.identity
    assert choose(both, device=other.device) == other.identity
    with pytest.raises(BadStick, match="--device"):
        choose(both, device=None)
    with pytest.raises(BadStick, match="plug the stick into the box"):
        choose([], device=None)
    with pytest.raises(BadStick, match=box.device):
        choose([box.identity], device=other.device)


def test_orders_are_on_the_stick_when_they_read_back(stick, box, central):
    sealed = central.orders(box.device)
    with open_medium(stick) as medium:
        name = write_orders(medium, sealed, device=box.device)
    with open_medium(stick) as medium:
        assert medium.read_file(name) == sealed.model_dump_json().encode()
    assert name == bundle_name(box.device)


class WornStick:
    """A stick that takes everything and gives back zeros, as worn flash does."""

    def names(self):
        return []

    def read_file(self, name, *, limit=0):
        return bytes(len(name))

    def write_file(self, name, content):
        """Forget it."""


def test_a_worn_stick_is_noticed(box, central):
    with pytest.raises(BadStick, match="another stick"):
        write_orders(WornStick(), central.orders(box.device), device=box.device)
