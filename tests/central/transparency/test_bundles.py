"""A statement's bundle: true as it was written, refused when one byte of it is another."""

import ast
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from backports import zstd
from click.testing import CliRunner
from sqlalchemy import LargeBinary, column, delete, select, table, update
from sqlalchemy.exc import DatabaseError

import verifier.verify
from central.__main__ import main
from central.database import reading, writing
from central.errors import Unknown, Unready
from central.transparency import store
from central.transparency.bundle import bundle_of
from central.transparency.log_key import signer_in
from central.transparency.sequencer import LETTER, follow
from central.transparency.tables import log_checkpoints, log_runs, log_tiles
from central.transparency.tree import Tree
from tests.central.transparency.bundles import opened, written
from verifier.verify import WORDS, Policy, Untrue, read_policy, verify

NOBODY = Policy()


@pytest.fixture
def bundle(logged):
    return bundle_of(logged.office, logged.evening_closed())


def altered(bundle, change):
    """The bundle with something changed, and everything around it in normal form."""
    document = opened(bundle)
    change(document)
    return written(document)


def leaf_of(document, start):
    return next(leaf for leaf in document["leaves"] if leaf["name"].startswith(start))


def test_a_bundle_is_true_as_the_office_wrote_it(logged, bundle):
    verdict = verify(bundle.encode(), NOBODY)

    assert (2, 2) == (verdict.statement.plays, verdict.statement.detections)
    assert verdict.statement.rule_checked
    assert logged.read(store.size) == verdict.checkpoint.size


def test_a_bundle_shows_no_play_of_others(bundle):
    assert "Көктем" in bundle
    assert "Жел" not in bundle
    assert "Дина" not in bundle


def test_one_byte_changed_anywhere_is_refused(bundle):
    raw, dice = bundle.encode(), random.Random(7)
    for _ in range(300):
        place = dice.randrange(len(raw))
        other = bytes([raw[place] ^ dice.randrange(1, 256)])
        with pytest.raises(Untrue):
            verify(raw[:place] + other + raw[place + 1 :], NOBODY)


def children():
    """The processes that this thread began."""
    return Path("/proc/thread-self/children").read_text().split()


def test_a_large_bundle_is_verified_by_two_processes_and_leaves_none(bundle, monkeypatch):
    monkeypatch.setattr(verifier.verify, "LARGE", 1)
    raw, before = bundle.encode(), children()
    for change, why in ((lambda b: b["hashes"].pop(), "root"), (lambda b: b["leaves"].pop(), ".")):
        with pytest.raises(Untrue, match=why):
            verify(altered(bundle, change), NOBODY)
    with pytest.raises(Untrue, match="format"):
        verify(raw[:100], NOBODY)

    assert verify(raw, NOBODY).statement.document == verify(raw, NOBODY).statement.document
    assert before == children()


LETTERS = table("batches", column("id"), column("payload", LargeBinary))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda packed: b"",
        lambda packed: packed[:-1],
        lambda packed: zstd.compress(b"{}"),
        lambda packed: zstd.compress(zstd.decompress(packed).replace(b"0.9", b"0.8")),
        lambda packed: zstd.compress(zstd.decompress(packed).replace(b'"seq":', b'"seq":7')),
    ],
)
def test_over_a_spoiled_letter_it_says_which_and_what_to_do_and_after_that_it_is_as_before(
    logged, bundle, spoil
):
    with writing(logged.books) as connection:
        before = connection.execute(select(LETTERS)).all()
        for row in before:
            spoiled = LETTERS.update().filter_by(id=row.id).values(payload=spoil(row.payload))
            connection.execute(spoiled)
    said = CliRunner().invoke(
        main, ["bundle", "--home", str(logged.office.home.path), "--statement", "1"]
    )

    assert 1 == said.exit_code
    assert f"letter {before[0].id} in the books is spoiled" in said.output
    assert "qulaq-central audit" in said.output
    assert "from a backup" in said.output

    with writing(logged.books) as connection:
        for row in before:
            whole = LETTERS.update().filter_by(id=row.id).values(payload=row.payload)
            connection.execute(whole)
    assert bundle == bundle_of(logged.office, 1)


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_bundle_cut_short_is_refused(bundle, cut):
    with pytest.raises(Untrue):
        verify(bundle.encode()[:cut], NOBODY)


@pytest.mark.parametrize(
    "change",
    [
        lambda b: leaf_of(b, "statement/")["words"].update(total=99_999),
        lambda b: leaf_of(b, "pool/")["words"]["weights"].append(1),
        lambda b: leaf_of(b, "pool/").update(salt="0" * 32),
        lambda b: leaf_of(b, "qb-").update(words=leaf_of(b, "qb-")["words"].replace("14", "15")),
        lambda b: b["leaves"].reverse(),
        lambda b: b["leaves"].pop(),
        lambda b: b["leaves"].append(b["leaves"][-1]),
        lambda b: b["hashes"].append(b["hashes"][0]),
        lambda b: b["hashes"].pop(),
        lambda b: b.update(checkpoint=b["checkpoint"].replace("\n7\n", "\n8\n")),
        lambda b: b["witnesses"].append(b["log"]),
        lambda b: b.update(leaves=[]),
        lambda b: b.update(format="qulaq/bundle/v1"),
        lambda b: b["leaves"][0].update(index=8),
    ],
)
def test_a_forger_who_keeps_to_the_form_is_refused_all_the_same(bundle, change):
    with pytest.raises(Untrue):
        verify(altered(bundle, change), NOBODY)


def test_a_bundle_of_another_log_is_refused_by_whoever_named_his(logged, bundle):
    other = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    own = signer_in(logged.office.home).verifier.text()

    assert verify(bundle.encode(), read_policy(f"log {own}\nquorum none\n"))
    with pytest.raises(Untrue, match="log"):
        verify(bundle.encode(), read_policy(f"log {other}\nquorum none\n"))


def test_the_same_statement_is_proved_again_when_the_log_has_grown(logged, bundle):
    logged.hears(logged.recordings[0], second=900, seconds=20)
    later = verify(bundle_of(logged.office, 1).encode(), NOBODY)

    assert verify(bundle.encode(), NOBODY).checkpoint.size + 1 == later.checkpoint.size
    assert 1 == later.statement.document["id"]


def test_following_twice_changes_nothing(logged, bundle):
    size = logged.read(store.size)

    assert size == follow(logged.office)
    assert bundle == bundle_of(logged.office, 1)


def test_books_and_checkpoint_say_the_same_tree(logged, bundle):
    with reading(logged.books) as connection:
        size, note = store.checkpoint(connection)
        tree = Tree(size, lambda level, number: store.tile(connection, level, number))
        roots = tree.root(), store.edge(connection).root()

    assert roots[0] == roots[1]
    assert verifier.verify.decode(note.split("\n")[2]) == roots[0]


def test_an_office_without_its_log_key_does_not_go_on_with_another(logged, bundle):
    logged.office.home.log_key.unlink()
    logged.hears(logged.recordings[0], second=900, seconds=20)

    with pytest.raises(Unready, match="backup"):
        follow(logged.office)


def test_the_key_of_the_log_is_for_its_owner_alone(logged, bundle):
    assert 0o600 == logged.office.home.log_key.stat().st_mode & 0o777


def test_what_was_forgotten_can_never_be_opened_and_the_rest_still_is(logged, bundle):
    with writing(logged.books) as connection:
        store.forget(connection, LETTER, 2)  # the other author's play
    assert verify(bundle_of(logged.office, 1).encode(), NOBODY)

    with writing(logged.books) as connection:
        store.forget(connection, LETTER, 1)
    with pytest.raises(Unknown, match="forgotten"):
        bundle_of(logged.office, 1)


@pytest.mark.parametrize(
    "act",
    [
        delete(log_tiles),
        delete(log_runs),
        delete(log_checkpoints),
        update(log_tiles).values(hashes=b"\x00" * 32),
        update(log_runs).values(first_leaf=77),
        update(log_runs).values(seed=b"\x00" * 32),
        update(log_checkpoints).values(note="other"),
    ],
)
def test_the_database_itself_keeps_the_log(logged, bundle, act):
    with pytest.raises(DatabaseError), writing(logged.books) as connection:
        connection.execute(act)


def test_a_statement_that_is_none_has_no_bundle(logged):
    with pytest.raises(Unknown, match="statement 5"):
        bundle_of(logged.office, 5)


def run_alone(tmp_path, *arguments):
    """The verifier as an author has it: one file, copied out, in a folder of its own."""
    copy = tmp_path / "alone" / "qulaq_verify.py"
    copy.parent.mkdir(exist_ok=True)
    copy.write_bytes(Path(verifier.verify.__file__).read_bytes())
    command = [sys.executable, "-I", str(copy), *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=copy.parent)


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_verifier_runs_copied_out_and_speaks_three_languages(bundle, tmp_path, language):
    path = tmp_path / "statement.qulaq"
    path.write_text(bundle, "utf-8")
    done = run_alone(tmp_path, path, "--language", language)

    assert (0, WORDS[language]["true"]) == (done.returncode, done.stdout.splitlines()[-1])
    assert WORDS[language]["not"] in done.stdout
    assert "Абай Сұлтанов" in done.stdout


def test_the_verifier_refuses_by_exit_code_and_says_why(bundle, tmp_path):
    path = tmp_path / "statement.qulaq"
    path.write_bytes(altered(bundle, lambda b: b["hashes"].pop()))
    refused = run_alone(tmp_path, path)
    absent = run_alone(tmp_path, tmp_path / "none")

    assert (1, 2) == (refused.returncode, absent.returncode)
    assert WORDS["en"]["refused"] in refused.stdout
    assert "none" in absent.stderr


def test_every_language_has_every_sentence():
    assert WORDS["en"].keys() == WORDS["ru"].keys() == WORDS["kk"].keys()


def test_the_verifier_needs_the_standard_library_and_cryptography_alone():
    tree = ast.parse(Path(verifier.verify.__file__).read_text("utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    whole = {name.name for node in imports for name in node.names}
    parts = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    named = {module.split(".")[0] for module in whole | parts}

    assert {"cryptography"} == named - sys.stdlib_module_names


def test_the_log_is_public_and_its_bundles_are_not(office):
    hall_id = office.hall()
    box = office.box(hall_id)
    box.receipt(box.heard(1), box.heard(2))

    assert 404 == office.stranger.get("/log/checkpoint").status_code
    follow(office.office)
    checkpoint = office.stranger.get("/log/checkpoint")
    tile = office.stranger.get("/log/tile/0/000.p/2")
    entries = office.stranger.get("/log/tile/entries/000.p/2")

    assert "2" == checkpoint.text.splitlines()[1]
    assert "text/plain; charset=utf-8" == checkpoint.headers["content-type"]
    assert (64, 68) == (len(tile.content), len(entries.content))
    assert "immutable" in tile.headers["cache-control"]
    assert 404 == office.stranger.get("/log/tile/0/000").status_code
    assert 404 == office.stranger.get("/log/tile/0/000.p/3").status_code
    assert 422 == office.stranger.get("/log/tile/64x/000").status_code
    assert 401 == office.stranger.get("/v1/statements/1/bundle").status_code
    assert 404 == office.http.get("/v1/statements/1/bundle").status_code
    assert os.linesep == office.stranger.get("/log/key").text[-1]


def test_the_desk_makes_the_key_before_the_log_begins_and_writes_bundles(logged, tmp_path):
    home, path = str(logged.office.home.path), tmp_path / "statement.qulaq"
    before = CliRunner().invoke(main, ["publish-log", "--home", home])
    number = logged.evening_closed()
    made = ["bundle", "--home", home, "--statement", str(number), "--out", str(path)]
    written = CliRunner().invoke(main, made)
    after = CliRunner().invoke(main, ["publish-log", "--home", home])

    assert [0, 0, 0] == [before.exit_code, written.exit_code, after.exit_code]
    assert before.output.replace("0 leaves", "7 leaves") == after.output
    assert verify(path.read_bytes(), NOBODY)
