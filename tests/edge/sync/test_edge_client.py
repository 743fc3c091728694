import socket
import threading

import pytest

from edge.errors import Unreachable
from edge.sync.client import Courier
from edge.sync.protocol import Answer, Request
from tests.fakes.central_simulator import on_loopback


@pytest.fixture
def courier():
    """Makes couriers that are put away afterwards."""
    made = []

    def make(url, timeout_seconds=5.0):
        made.append(Courier(url, timeout_seconds=timeout_seconds))
        return made[-1]

    yield make
    for one in made:
        one.close()


def answering_with(raw, *, hang=False):
    """A server that says these bytes to whoever connects, then hangs up, or does not."""
    listener = socket.create_server(("127.0.0.1", 0))
    enough = threading.Event()

    def serve():
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(raw)
            if hang:
                enough.wait(10)

    thread = threading.Thread(target=serve)
    thread.start()

    def close():
        enough.set()
        thread.join()
        listener.close()

    return f"http://127.0.0.1:{listener.getsockname()[1]}", close


def test_requests_and_answers_cross_unchanged(courier):
    heard = []

    def answer(request):
        heard.append(request)
        return Answer(206, b"\x00piece", {"content-range": "bytes 0-5/6"})

    with on_loopback(answer) as url:
        request = Request("POST", "/v1/x", b"body", {"Range": "bytes=0-5"})
        said = courier(url).send(request)

    assert (206, b"\x00piece", "bytes 0-5/6") == (
        said.status,
        said.body,
        said.headers["content-range"],
    )
    assert ("POST", "/v1/x", b"body") == (heard[0].method, heard[0].path, heard[0].body)
    assert heard[0].headers["Range"] == "bytes=0-5"


def test_redirects_are_not_followed(courier):
    with on_loopback(lambda _: Answer(302, b"", {"Location": "http://portal.example/"})) as url:
        assert courier(url).send(Request("GET", "/")).status == 302


def test_nobody_there_is_unreachable_and_names_the_place(courier):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(Unreachable, match=f"127.0.0.1:{port}/v1/heartbeat"):
        courier(f"http://127.0.0.1:{port}").send(Request("POST", "/v1/heartbeat"))


@pytest.mark.parametrize(
    "torn",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"\x16\x03\x01 not even HTTP\r\n\r\n",
    ],
)
def test_an_answer_cut_anywhere_is_unreachable(courier, torn):
    url, close = answering_with(torn)

    with pytest.raises(Unreachable):
        courier(url).send(Request("GET", "/"))
    close()


def test_silence_is_unreachable_after_the_timeout(courier):
    url, close = answering_with(b"HTTP/1.1 200 OK\r\n", hang=True)

    with pytest.raises(Unreachable, match=url):
        courier(url, timeout_seconds=0.2).send(Request("GET", "/"))
    close()


@pytest.mark.parametrize("length", [b"Content-Length: 1000000\r\n", b""])
def test_an_endless_answer_is_given_up_when_it_grows_too_long(courier, length):
    url, close = answering_with(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n" + bytes(1_000_000))

    with pytest.raises(Unreachable, match="more than 1000 bytes"):
        courier(url).send(Request("GET", "/", longest_answer=1000))
    close()


def test_a_host_that_can_have_no_address_is_unreachable(courier):
    with pytest.raises(Unreachable, match="http://aaa"):
        courier(f"http://{'a' * 300}").send(Request("GET", "/health"))
