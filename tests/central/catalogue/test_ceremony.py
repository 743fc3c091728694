"""Keys of the root are kept apart: many must agree, and boxes follow."""

import pytest
from click.testing import CliRunner

from central.__main__ import main


@pytest.fixture
def run(office, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*words, at_home=False):
        home = ["--home", str(office.home.path)] if at_home else []
        return CliRunner().invoke(main, ["root", words[0], *home, *map(str, words[1:])])

    return run


def test_two_of_three_keys_elsewhere_take_the_place_of_the_offices_own(office, tune, run):
    office.send_recording(tune(1), work_id=office.work())
    office.http.post("/v1/catalogue")
    first, own = office.anchor(), office.home.catalogue_keys / "root.pem"
    for name in "abc":
        assert 0 == run("key", f"{name}.pem").exit_code
    keys = [word for name in "abc" for word in ("--key", f"{name}.pub")]
    assert 0 == run("draft", *keys, "--threshold", 2, at_home=True).exit_code
    run("sign", "next-root.json", own)
    run("sign", "next-root.json", "b.pem")
    too_few = run("adopt", "next-root.json", at_home=True)
    run("sign", "next-root.json", "c.pem")
    adopted = run("adopt", "next-root.json", at_home=True)
    own.unlink()
    office.send_recording(tune(2), work_id=office.work())
    office.http.post("/v1/catalogue")

    assert (1, True) == (too_few.exit_code, "asks for 2 of its root keys" in too_few.output)
    assert (0, True) == (adopted.exit_code, "root 2 is in force" in adopted.output), adopted.output
    assert "root: 2 of 3 keys" in run("show", at_home=True).output
    assert run("show", at_home=True).output.count("elsewhere") == 3
    assert 2 == office.manifest(first).version


def test_a_root_that_the_old_keys_did_not_sign_is_not_adopted(office, run):
    run("show", at_home=True)
    run("key", "a.pem")
    run("draft", "--key", "a.pub", at_home=True)
    run("sign", "next-root.json", "a.pem")
    refused = run("adopt", "next-root.json", at_home=True)

    assert (1, True) == (refused.exit_code, "root in force asks for 1" in refused.output)
    assert "root 1" in run("show", at_home=True).output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("draft", "--key", "nothing.pub"), "nothing.pub cannot be read"),
        (("draft", "--key", "no.pub"), "no.pub holds no public key"),
        (("draft", "--threshold", "2"), "2 of 1 keys cannot agree"),
        (("adopt", "no.pub"), "this is no root"),
    ],
)
def test_what_cannot_be_is_told(run, tmp_path, words, said):
    (tmp_path / "no.pub").write_text("no key")
    told = run(*words, at_home=True)

    assert (1, True) == (told.exit_code, said in told.output), told.output
