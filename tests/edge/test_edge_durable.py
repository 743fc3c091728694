import pytest

from edge.durable import write_whole


def test_a_file_is_put_or_replaced_and_nothing_is_left_beside_it(tmp_path):
    for content in (b"first", b"second, longer", b""):
        write_whole(tmp_path / "orders.json", content)

        assert content == (tmp_path / "orders.json").read_bytes()
        assert ["orders.json"] == [path.name for path in tmp_path.iterdir()]


def test_what_cannot_be_written_leaves_what_was_there(tmp_path):
    write_whole(tmp_path / "orders.json", b"in force")
    (tmp_path / ".orders.json.part").mkdir()

    with pytest.raises(OSError, match="directory"):
        write_whole(tmp_path / "orders.json", b"new")

    assert (tmp_path / "orders.json").read_bytes() == b"in force"


def test_a_draft_that_a_power_cut_left_is_written_over(tmp_path):
    (tmp_path / ".orders.json.part").write_bytes(b"half of something much longer")

    write_whole(tmp_path / "orders.json", b"whole")

    assert (tmp_path / "orders.json").read_bytes() == b"whole"
