"""Images and folders behave alike, and neither leads out of QULAQ."""

import pytest

from edge.errors import BadStick
from edge.stick.medium import MOST_FILES, open_medium


def test_what_is_put_on_a_stick_is_found_on_it(stick):
    with open_medium(stick) as medium:
        before = medium.names()
        medium.write_file("b.json", b"old and longer")
        medium.write_file("a.json", b"first")
        medium.write_file("b.json", b"new")
    with open_medium(stick) as medium:
        assert before == []
        assert medium.names() == ["a.json", "b.json"]
        assert medium.read_file("b.json") == b"new"


def test_a_file_above_the_limit_is_refused_before_it_is_used(stick):
    with open_medium(stick) as medium:
        medium.write_file("large.json", bytes(1001))

        assert medium.read_file("large.json", limit=1001) == bytes(1001)
        with pytest.raises(BadStick, match="1000"):
            medium.read_file("large.json", limit=1000)


def test_names_are_counted_no_further_than_needed(stick):
    with open_medium(stick) as medium:
        for number in range(MOST_FILES + 5):
            medium.write_file(f"file-{number}.json", b"")

        assert len(medium.names()) == MOST_FILES + 1


@pytest.mark.parametrize("name", ["../out.json", "", ".hidden", "a/b", "a" * 65, "қ.json"])
def test_a_name_cannot_lead_out(stick, name):
    with open_medium(stick) as medium:
        with pytest.raises(BadStick, match="not a name"):
            medium.read_file(name)
        with pytest.raises(BadStick, match="not a name"):
            medium.write_file(name, b"")


def test_a_link_cannot_lead_out(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    (tmp_path / "stick" / "QULAQ").mkdir(parents=True)
    (tmp_path / "stick" / "QULAQ" / "link.json").symlink_to(secret)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "QULAQ").symlink_to(tmp_path)
    with open_medium(tmp_path / "stick") as medium:
        assert medium.names() == []
        with pytest.raises(BadStick, match=r"link\.json"):
            medium.read_file("link.json")
    with open_medium(tmp_path / "other") as medium:
        for attempt in (medium.names, lambda: medium.read_file("secret")):
            with pytest.raises(BadStick, match="link"):
                attempt()


def test_what_is_no_stick_is_said_by_name(tmp_path):
    with pytest.raises(BadStick, match="nowhere"), open_medium(tmp_path / "nowhere"):
        pass
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(BadStick, match="empty"), open_medium(tmp_path / "empty"):
        pass
