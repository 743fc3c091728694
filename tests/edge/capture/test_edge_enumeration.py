import pytest

from edge.capture import enumeration


@pytest.fixture
def alsa(tmp_path):
    """What ALSA tells of two cards; the second is called `socket3` and is in use."""
    (tmp_path / "cards").write_text(" 0 [PCH]: HDA\n 1 [socket3]: USB-Audio\n")
    for number, name in enumerate(("PCH", "socket3")):
        (tmp_path / f"card{number}/pcm0c/sub0").mkdir(parents=True)
        (tmp_path / f"card{number}/pcm0c/sub0/status").write_text("closed\n")
        (tmp_path / name).symlink_to(f"card{number}")
    (tmp_path / "card1/usbid").write_text("0d8c:0014\n")
    (tmp_path / "card1/pcm0c/sub0/status").write_text("state: RUNNING\nowner_pid   : 4711\n")
    return tmp_path


@pytest.mark.parametrize(
    ("device", "named"),
    [
        ("hw:socket3", ("socket3", 0)),
        ("hw:socket3,1", ("socket3", 1)),
        ("plughw:CARD=stage,DEV=2", ("stage", 2)),
        ("hw:1,0", None),  # a number is not a name: it changes with every plug
        ("USB Audio", None),
        ("default", None),
    ],
)
def test_a_stable_name_is_one_that_udev_gave(device, named):
    assert named == enumeration.stable_name(device)


def test_a_stable_name_means_the_card_that_has_it_today(alsa):
    assert enumeration.portaudio_name("hw:socket3", alsa) == "(hw:1,0)"
    (alsa / "socket3").unlink()
    (alsa / "socket3").symlink_to("card0")

    assert enumeration.portaudio_name("hw:socket3,1", alsa) == "(hw:0,1)"
    assert enumeration.portaudio_name("USB Audio", alsa) == "USB Audio"


def test_a_card_is_there_while_alsa_tells_it(alsa):
    assert enumeration.is_there("hw:socket3", alsa)
    assert not enumeration.is_there("hw:socket4", alsa)
    assert enumeration.is_there("USB Audio", alsa)


def test_who_holds_a_card_and_what_it_is_are_told(alsa):
    assert enumeration.holder("hw:socket3", alsa) == "4711"
    assert enumeration.holder("hw:PCH", alsa) == ""
    assert enumeration.usb_identity("hw:socket3", alsa) == "0d8c:0014"
    assert enumeration.usb_identity("hw:PCH", alsa) == ""


def test_a_machine_without_sound_has_nothing_to_tell(tmp_path):
    assert enumeration.snapshot(tmp_path) == ""
    assert not enumeration.is_there("hw:socket3", tmp_path)
    assert enumeration.holder("USB Audio", tmp_path) == ""
