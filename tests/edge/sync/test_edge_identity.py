import multiprocessing
import stat

import pytest

from edge.errors import BadSeal, Misconfigured
from edge.sync.identity import lay_trust, load, load_or_make, read_bundle, read_trust
from edge.sync.seal import new_key, private_pem, public_pem
from tests.fakes.central_simulator import CentralSimulator


def device_of(path):
    return load_or_make(path).device


def test_a_box_keeps_its_key(tmp_path):
    made = load_or_make(tmp_path / "keys" / "identity.pem")

    again = load_or_make(tmp_path / "keys" / "identity.pem")

    assert made.device == again.device == load(tmp_path / "keys" / "identity.pem").device


def test_nobody_else_can_read_the_key(tmp_path):
    load_or_make(tmp_path / "identity.pem")

    assert stat.S_IMODE((tmp_path / "identity.pem").stat().st_mode) == 0o600
    assert ["identity.pem"] == [path.name for path in tmp_path.iterdir()]


def test_processes_that_start_together_agree_on_one_key(tmp_path):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        devices = pool.map(device_of, [tmp_path / "identity.pem"] * 8)

    assert len(set(devices)) == 1


def test_a_missing_key_says_how_to_make_one(tmp_path):
    with pytest.raises(Misconfigured, match="qulaq-edge identity"):
        load(tmp_path / "identity.pem")


def test_a_torn_key_is_never_replaced(tmp_path):
    path = tmp_path / "identity.pem"
    path.write_bytes(private_pem(new_key())[:80])

    with pytest.raises(BadSeal, match="not a private key"):
        load_or_make(path)

    assert path.stat().st_size == 80


def test_trust_is_laid_down_once(tmp_path):
    path, pem = tmp_path / "keys" / "trust.pem", public_pem(new_key())
    lay_trust(path, pem)
    lay_trust(path, pem)

    with pytest.raises(Misconfigured, match="another central"):
        lay_trust(path, public_pem(new_key()))
    assert pem == read_trust(path)


def test_what_is_no_key_is_not_trusted(tmp_path):
    with pytest.raises(BadSeal):
        lay_trust(tmp_path / "trust.pem", "-----BEGIN NONSENSE-----")
    with pytest.raises(Misconfigured, match="no central to trust"):
        read_trust(tmp_path / "trust.pem")


def test_orders_count_only_under_the_seal_of_the_trusted_central(tmp_path):
    central, other = CentralSimulator(), CentralSimulator()
    box = load_or_make(tmp_path / "identity.pem")
    path = tmp_path / "bundle.json"
    path.write_text(central.enrol(box.public_key, url="http://c.example").model_dump_json())

    assert read_bundle(path, trust=central.public_key).device == box.device
    with pytest.raises(BadSeal, match="does not fit"):
        read_bundle(path, trust=other.public_key)


def test_orders_that_are_missing_or_torn_are_told_apart(tmp_path):
    central, path = CentralSimulator(), tmp_path / "bundle.json"

    with pytest.raises(Misconfigured, match="plug in the stick"):
        read_bundle(path, trust=central.public_key)
    path.write_text('{"payload": "')
    with pytest.raises(BadSeal, match="no sealed orders"):
        read_bundle(path, trust=central.public_key)


def test_a_trust_file_that_is_no_text_is_told(tmp_path):
    path = tmp_path / "trust.pem"
    path.write_bytes(bytes(range(128, 256)))

    with pytest.raises(Misconfigured, match=r"trust\.pem"):
        read_trust(path)
    with pytest.raises(Misconfigured, match="already names another central"):
        lay_trust(path, public_pem(new_key()))


def test_a_trust_file_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "keys").write_text("a file where a folder belongs")

    with pytest.raises(Misconfigured, match=r"keys/trust\.pem"):
        lay_trust(tmp_path / "keys" / "trust.pem", public_pem(new_key()))
