"""Without --stick, the one stick meant for boxes is taken; never a guess among several."""

from pathlib import Path

import pytest

from edge.errors import BadStick
from edge.stick.plugged import Stick
from provisioning.usb import line_of, mounted_at, only_stick


def stick(node, label="QULAQ"):
    return Stick(node=Path(node), label=label, maker="Ultra", serial="42", plugged_at="1")


def test_the_only_stick_of_ours_is_taken():
    assert only_stick([stick("/dev/sda1", "PHOTOS"), stick("/dev/sdb1")]) == Path("/dev/sdb1")


def test_none_or_several_is_for_a_person_to_settle():
    with pytest.raises(BadStick, match="--stick"):
        only_stick([stick("/dev/sda1", "PHOTOS")])
    with pytest.raises(BadStick, match="/dev/sda1, /dev/sdb1"):
        only_stick([stick("/dev/sda1"), stick("/dev/sdb1")])


def test_a_stick_without_our_label_is_shown_with_what_it_lacks():
    assert "ready" in line_of(stick("/dev/sda1"))
    assert "label must be QULAQ" in line_of(stick("/dev/sda1", ""))


def test_a_stick_the_desktop_mounted_is_used_through_its_folder():
    mounts = (
        "/dev/sda1 / ext4 rw 0 0\n"
        "/dev/sdb1 /media/aya/my\\040QULAQ vfat rw,nosuid 0 0\n"
        "tmpfs /run tmpfs rw 0 0\n"
    )

    assert mounted_at(Path("/dev/sdb1"), mounts) == Path("/media/aya/my QULAQ")
    assert mounted_at(Path("/dev/sdb"), mounts) is None
