"""A line as halls have it: so many bytes a second, and cut every so often."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_AT_ONCE_BYTES = 1460  # as a packet carries


class Line:
    """Carries connections on loopback to an office, each byte in its time.

    Attributes:
        url: where a box calls.
        carried_bytes: to the box, so far.
        cuts: so far.
    """

    def __init__(
        self, host: str, port: int, *, bytes_per_second: float, cut_seconds: float
    ) -> None:
        """Open it.

        Args:
            host: of the office.
            port: likewise.
            bytes_per_second: either way.
            cut_seconds: all connections are cut so often; 0: never.
        """
        self._office = host, port
        self._rate, self._cut_seconds = bytes_per_second, cut_seconds
        self._calls: set[asyncio.Task[None]] = set()
        self.carried_bytes = self.cuts = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._ticking = asyncio.run_coroutine_threadsafe(self._tick(), self._loop)
        opening = asyncio.start_server(self._carry, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result()
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        """Take it down."""
        self._ticking.cancel()
        self._loop.call_soon_threadsafe(self._server.close)
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _tick(self) -> None:
        while self._cut_seconds:
            await asyncio.sleep(self._cut_seconds)
            self.cuts += 1
            await self._cut()

    async def _cut(self) -> None:
        calls = list(self._calls)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    async def _carry(self, from_box: asyncio.StreamReader, to_box: asyncio.StreamWriter) -> None:
        call = asyncio.current_task()
        if call is None:
            return
        self._calls.add(call)
        from_office, to_office = await asyncio.open_connection(*self._office)
        ends = (to_box, to_office)
        try:
            with suppress(asyncio.CancelledError):  # cut
                async with asyncio.TaskGroup() as ways:
                    ways.create_task(self._pump(from_box, to_office, counts=False))
                    ways.create_task(self._pump(from_office, to_box, counts=True))
        finally:
            self._calls.discard(call)
            for end in ends:
                end.transport.abort()

    async def _pump(
        self, source: asyncio.StreamReader, to: asyncio.StreamWriter, *, counts: bool
    ) -> None:
        due = self._loop.time()
        with suppress(ConnectionError):
            while piece := await source.read(_AT_ONCE_BYTES):
                due = max(due, self._loop.time()) + len(piece) / self._rate
                await asyncio.sleep(due - self._loop.time())
                to.write(piece)
                await to.drain()
                self.carried_bytes += len(piece) * counts
            to.write_eof()


@contextmanager
def line(host: str, port: int, *, bytes_per_second: float, cut_seconds: float) -> Iterator[Line]:
    """A line to an office that is open."""
    opened = Line(host, port, bytes_per_second=bytes_per_second, cut_seconds=cut_seconds)
    try:
        yield opened
    finally:
        opened.close()
