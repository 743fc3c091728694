"""Witnesses sign what continues the log they remember, and nothing else."""

import base64
import threading

import pytest

from central.transparency.asking import add_checkpoint, ask_witnesses
from central.transparency.bundle import bundle_of
from central.transparency.log_key import signer_in
from central.transparency.notes import Checkpoint, new_key, signer_of
from central.transparency.sequencer import follow
from central.transparency.tree import Edge, Tree, grow, leaf_hash
from verifier.verify import SIGNS, read_key, read_policy, verify
from verifier.witness import Server, Turned, Witness, found, public_line

SIGNER = signer_of(new_key("central.example/log"))
NOW = 1_790_000_000


def witness_of(folder, log):
    found(folder, f"{folder.name}.example")
    return Witness(folder, [read_key(log, SIGNS)])


@pytest.fixture
def witness(tmp_path):
    return witness_of(tmp_path / "authors", SIGNER.verifier.text())


def log_of(size, *, salt=b""):
    """A tree of that many leaves."""
    tiles, (_, changed) = {}, grow(Edge(), [leaf_hash(salt + bytes([n])) for n in range(size)])
    tiles |= {(tile.level, tile.number): tile.hashes for tile in changed}
    return Tree(size, lambda level, number: tiles[level, number])


def note_of(tree, signer=SIGNER):
    return signer.sign(Checkpoint(signer.verifier.name, tree.size, tree.root()).text())


def ask(witness, old, tree, *, note=None):
    request = add_checkpoint(note or note_of(tree), old=old, proof=tree.consistency(old))
    return witness.add_checkpoint(request.decode(), now=NOW)


def test_a_log_that_grows_is_cosigned_each_time(witness):
    for old, size in ((0, 3), (3, 3), (3, 8), (8, 200)):
        line = ask(witness, old, log_of(size))
        signature = base64.b64decode(line.split()[-1])
        body = note_of(log_of(size)).split("\n\n")[0] + "\n"

        assert witness.key.id == signature[:4]
        assert witness.key.holds(signature[4:], body)


def test_another_story_of_the_same_log_is_never_signed(witness):
    ask(witness, 0, log_of(5))
    for size in (5, 9):
        with pytest.raises(Turned) as turned:
            ask(witness, 5, log_of(size, salt=b"x"))
        assert 422 == turned.value.status


def test_a_witness_says_what_it_remembers_when_asked_from_elsewhere(witness):
    ask(witness, 0, log_of(5))
    with pytest.raises(Turned) as turned:
        ask(witness, 3, log_of(9))

    assert (409, "5\n") == (turned.value.status, turned.value.said)


def test_a_witness_remembers_when_it_is_started_again(witness, tmp_path):
    ask(witness, 0, log_of(5))
    again = Witness(tmp_path / "authors", [read_key(SIGNER.verifier.text(), SIGNS)])
    with pytest.raises(Turned) as turned:
        ask(again, 0, log_of(4))

    assert 409 == turned.value.status


@pytest.mark.parametrize(
    ("request_of", "status"),
    [
        (lambda: b"", 400),
        (lambda: b"old 1\n", 400),
        (lambda: add_checkpoint(note_of(log_of(2)), old=3, proof=[]), 400),
        (lambda: b"old 00\n\n" + note_of(log_of(2)).encode(), 400),
        (lambda: add_checkpoint(note_of(log_of(2)), old=0, proof=[bytes(32)]), 422),
        (lambda: add_checkpoint(note_of(log_of(2), signer_of(new_key("x"))), old=0, proof=[]), 404),
        (
            lambda: add_checkpoint(
                note_of(log_of(2), signer_of(new_key("central.example/log"))), old=0, proof=[]
            ),
            403,
        ),
        (
            lambda: add_checkpoint(
                SIGNER.sign(Checkpoint("central.example/log", 0, bytes(32)).text()), old=0, proof=[]
            ),
            422,
        ),
    ],
)
def test_what_cannot_be_granted_gets_the_answer_of_the_protocol(witness, request_of, status):
    with pytest.raises(Turned) as turned:
        witness.add_checkpoint(request_of().decode(), now=NOW)

    assert status == turned.value.status


@pytest.fixture
def served(tmp_path):
    """Starts witnesses on loopback ports."""
    running = []

    def serve(name, log):
        server = Server(("127.0.0.1", 0), witness_of(tmp_path / name, log))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return server

    yield serve
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


def policy_of(log, servers, *, least):
    lines = [f"log {log}"]
    for server in servers:
        key = server.witness.key
        lines.append(f"witness {key.name} {public_line(key)} http://127.0.0.1:{server.server_port}")
    names = " ".join(server.witness.key.name for server in servers)
    return "\n".join([*lines, f"group enough {least} {names}", "quorum enough", ""])


def test_a_statement_carries_the_witnesses_of_venues_and_authors(logged, served):
    number = logged.evening_closed()
    follow(logged.office)
    log = signer_in(logged.office.home).verifier.text()
    venues, authors = served("venues", log), served("authors", log)
    policy = policy_of(log, [venues, authors], least=2)

    assert not verify(bundle_of(logged.office, number).encode(), read_policy(policy)).witnessed

    logged.office.home.witnesses.write_text(policy, "utf-8")
    ask_witnesses(logged.office)
    witnessed = bundle_of(logged.office, number)

    assert verify(witnessed.encode(), read_policy(policy)).witnessed

    logged.hears(logged.recordings[0], second=900, seconds=20)
    follow(logged.office)
    ask_witnesses(logged.office)

    assert verify(bundle_of(logged.office, number).encode(), read_policy(policy)).witnessed


def test_a_witness_that_is_away_stops_nobody(logged):
    number = logged.evening_closed()
    follow(logged.office)
    found(logged.office.home.path / "away", "away.example")
    key = public_line(Witness(logged.office.home.path / "away", []).key)
    logged.office.home.witnesses.write_text(f"witness away {key} http://127.0.0.1:1\nquorum away\n")
    ask_witnesses(logged.office)

    assert verify(bundle_of(logged.office, number).encode(), read_policy("quorum none\n"))
