"""A line on loopback that goes wrong at one byte, in one direction, in one way."""

import asyncio
import socket
import struct
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

Way = Literal["cut", "reset", "half-open", "slow", "doubled"]
WAYS = ("cut", "reset", "half-open", "slow", "doubled")
_AT_ONCE_GONE = struct.pack("ii", 1, 0)  # SO_LINGER: no farewell, only RST


@dataclass(frozen=True)
class Fault:
    """What happens to a connection.

    Attributes:
        way: `cut` says goodbye, `reset` does not, `half-open` says nothing ever again, `slow`
            rests and goes on, `doubled` says one byte twice.
        towards: the `office` or the `box`.
        after: so many bytes have gone that way.
    """

    way: Way
    towards: Literal["office", "box"]
    after: int


class FaultyLine:
    """Carries connections to an office; the next one meets the fault that was ordered."""

    def __init__(self, host, port):
        self._office = host, port
        self._fault = None
        self._calls = set()
        self.happened = 0  # faults that were met
        self.carried = {"office": 0, "box": 0}  # bytes of the connection before
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        opening = asyncio.start_server(self._carry, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result()
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def close(self):
        self._loop.call_soon_threadsafe(self._server.close)
        ended = asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        ended.result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self):
        mine = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not mine]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def order(self, fault):
        """Hang up; let the next connection meet this, or nothing."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()
        self._fault = fault

    async def _hang_up(self):
        for task in list(self._calls):
            task.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        await asyncio.sleep(0)  # in which the sockets are closed

    async def _carry(self, from_box, to_box):
        fault, self._fault = self._fault, None
        call = asyncio.current_task()
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        from_office, to_office = await asyncio.open_connection(*self._office)
        self.carried = {"office": 0, "box": 0}
        ways = [("office", from_box, to_office), ("box", from_office, to_box)]
        pumps = [
            asyncio.create_task(self._pump(towards, source, to, (to_box, to_office), fault))
            for towards, source, to in ways
        ]
        try:
            await asyncio.gather(*pumps)
        except asyncio.CancelledError:
            await asyncio.gather(*pumps, return_exceptions=True)
        finally:
            for end in (to_box, to_office):
                end.close()

    async def _pump(self, towards, source, to, ends, fault):
        mine = fault if fault and fault.towards == towards else None
        gone = 0
        with suppress(ConnectionError):
            while piece := await source.read(65_536):
                if mine and gone + len(piece) > mine.after:
                    at = mine.after - gone
                    to.write(piece[:at])
                    await to.drain()
                    self.happened += 1
                    if not await self._meet(mine, to, ends, piece[at : at + 1]):
                        return
                    piece, mine, gone = piece[at:], None, gone + at
                gone += len(piece)
                self.carried[towards] = gone
                to.write(piece)
                await to.drain()
            to.write_eof()

    async def _meet(self, fault, to, ends, byte):
        """Whether anything goes on after that."""
        match fault.way:
            case "cut":
                for end in ends:
                    end.close()
            case "reset":
                for end in ends:
                    raw = end.get_extra_info("socket")
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE_GONE)
                    end.transport.abort()
            case "half-open":
                await asyncio.Event().wait()
            case "slow":
                await asyncio.sleep(0.005)
                return True
            case "doubled":
                to.write(byte)
                return True
        return False


@contextmanager
def faulty_line(host, port):
    """A line to an office that is open; gives the line."""
    line = FaultyLine(host, port)
    try:
        yield line
    finally:
        line.close()
