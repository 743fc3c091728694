"""A USB microphone that is only a program: mono, 16 bit, 48 kHz, USB Audio Class 1, over USB/IP.

The kernel's own vhci-hcd and snd-usb-audio meet it as they would meet a real one. It plays raw
samples once, then silence. It can be stalled (plugged in, but giving nothing), can hang until it
is switched off and on, and can be pulled. The kernel asks for every millisecond by itself, a dozen
ahead; they are answered together once all are full, as waking a machine costs it much.

Source:
    Documentation/usb/usbip_protocol.rst (the protocol), Universal Serial Bus
    Device Class Definition for Audio Devices 1.0 (the descriptors).
"""

import select
import socket
import struct
import threading

RATE_HZ = 48_000
SUBMIT, UNLINK, SUBMITTED, UNLINKED = 1, 2, 3, 4
STALL, GONE = -32, -104  # EPIPE, ECONNRESET, as the kernel writes them
HEADER = struct.Struct(">IIIII")  # command, number, device, direction, endpoint
PACKET = struct.Struct(">IIIi")  # of an isochronous transfer: offset, room, length, status
SET_CONFIGURATION = b"\x00\x09"
LOOK_SECONDS = 0.05  # at whether it was stalled or pulled
NAMES = {1: "Qulaq tests", 2: "Hall Microphone", 3: "HALL-0001"}


def _descriptor(kind, *parts):
    body = b"".join(part if isinstance(part, bytes) else bytes([part]) for part in parts)
    return bytes([len(body) + 2, kind]) + body


def _u16(number):
    return struct.pack("<H", number)


DEVICE = _descriptor(
    1, _u16(0x0110), 0, 0, 0, 64, _u16(0x1209), _u16(0x0001), _u16(0x0100), 1, 2, 3, 1
)
_CONTROL = [  # one interface that says: a microphone, straight to the computer
    _descriptor(4, 0, 0, 0, 1, 1, 0, 0),
    _descriptor(0x24, 1, _u16(0x0100), _u16(30), 1, 1),
    _descriptor(0x24, 2, 1, _u16(0x0201), 0, 1, _u16(0), 0, 0),
    _descriptor(0x24, 3, 2, _u16(0x0101), 0, 1, 0),
]
_STREAM = [  # and one that streams: first its rest, then its work
    _descriptor(4, 1, 0, 0, 1, 2, 0, 0),
    _descriptor(4, 1, 1, 1, 1, 2, 0, 0),
    _descriptor(0x24, 1, 2, 1, _u16(1)),
    _descriptor(0x24, 2, 1, 1, 2, 16, 1, RATE_HZ.to_bytes(3, "little")),
    _descriptor(5, 0x81, 5, _u16(100), 1, 0, 0),
    _descriptor(0x25, 1, 0, 0, _u16(0)),
]
_INTERFACES = b"".join(_CONTROL + _STREAM)
CONFIGURATION = _descriptor(2, _u16(9 + len(_INTERFACES)), 2, 1, 0, 0x80, 50) + _INTERFACES


class Microphone:
    """A microphone whose cable is a TCP connection; `plug` it into a machine, `pull` it out."""

    def __init__(self, pcm, *, now):
        self.pcm = pcm
        self._now = now  # tells the machine's time, s, which never goes faster than ours
        self.given = 0  # bytes of it that went into the cable
        self.is_stalled = False
        self.is_hung = False  # stalled, until the machine sets it up anew
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._cable = None
        self._thread = None
        self._pulled = False

    def serve(self):
        """Wait for a machine at the other end of the cable, then behave."""
        self._pulled = False
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def pull(self):
        """Out, in the middle of whatever is going on."""
        self._pulled = True
        if self._cable is not None:
            self._cable.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def close(self):
        self._pulled = True
        self._door.close()

    def _live(self):
        self._cable, _ = self._door.accept()
        self._cable.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._setting, self._frame = 0, 0
        self._due = []  # isochronous transfers, by when they are full
        self._next = self._now()
        try:
            while not self._pulled:
                self._give()
                wait = LOOK_SECONDS
                if self._due and not self._is_silent:
                    wait = max(self._due[-1][0] - self._now(), 0.001)
                if select.select([self._cable], [], [], min(wait, LOOK_SECONDS))[0]:
                    self._take()
        except OSError:
            pass  # pulled, or the machine is off
        self._cable.close()

    @property
    def _is_silent(self):
        return self.is_stalled or self.is_hung

    def _read(self, size):
        whole = b""
        while len(whole) < size:
            arrived = self._cable.recv(size - len(whole))
            if not arrived:
                raise ConnectionError("the machine let go")
            whole += arrived
        return whole

    def _take(self):
        """One request of the machine's."""
        head = self._read(48)
        command, number, _device, inward, endpoint = HEADER.unpack_from(head)
        if command == UNLINK:
            (victim,) = struct.unpack_from(">I", head, 20)
            left = [one for one in self._due if one[1] != victim]
            status = GONE if len(left) < len(self._due) else 0
            self._due = left
            self._cable.sendall(
                HEADER.pack(UNLINKED, number, 0, 0, 0) + struct.pack(">i24x", status)
            )
            return
        size, _start, packets = struct.unpack_from(">iii", head, 24)
        sent = self._read(size) if not inward and size > 0 else b""
        plan = self._read(PACKET.size * packets) if packets > 0 else b""
        if endpoint == 0:
            self.is_hung = self.is_hung and head[40:42] != SET_CONFIGURATION
            status, answer = self._control(head[40:48])
            self._answer(
                number, status, answer if inward else b"", size=len(answer if inward else sent)
            )
        elif packets > 0:
            self._next = max(self._next, self._now() - 0.25) + packets / 1000
            self._due.append((self._next, number, packets, plan))
        else:
            self._answer(number, STALL, b"", size=0)

    def _control(self, setup):
        """What is asked of endpoint 0: who are you, and what are you set to."""
        kind, request, value, index, size = struct.unpack("<BBHHH", setup)
        match kind, request:
            case 0x80, 6:
                found = self._description(value >> 8, value & 0xFF)
                return (STALL, b"") if found is None else (0, found[:size])
            case (0x80, 0) | (0x81, 0):
                return 0, b"\0\0"[:size]
            case 0x80, 8:
                return 0, b"\1"
            case 0x81, 10:
                return 0, bytes([self._setting if index == 1 else 0])
            case 0x01, 11:
                self._setting = value if index == 1 else self._setting
                return 0, b""
            case (0x00 | 0x01 | 0x02, 1 | 3 | 9) | (0x22, 1):
                return 0, b""
            case 0xA2, 0x81:
                return 0, RATE_HZ.to_bytes(3, "little")[:size]
            case _:
                return STALL, b""

    def _description(self, kind, number):
        if kind == 3:
            text = b"\x09\x04" if number == 0 else NAMES.get(number, "").encode("utf-16-le")
            return bytes([len(text) + 2, 3]) + text if text else None
        return {1: DEVICE, 2: CONFIGURATION}.get(kind)

    def _give(self):
        """All that was asked for, once the last of it is full: 48 samples to a millisecond."""
        if not self._due or self._is_silent or self._now() < self._due[-1][0]:
            return
        given = b""
        for _when, number, packets, plan in self._due:
            sound, table = b"", b""
            for packet in range(packets):
                offset, room, _length, _status = PACKET.unpack_from(plan, PACKET.size * packet)
                piece = self.pcm[self.given : self.given + 2 * RATE_HZ // 1000]
                self.given += len(piece)
                piece = piece.ljust(2 * RATE_HZ // 1000, b"\0")
                sound += piece
                table += PACKET.pack(offset, room, len(piece), 0)
            self._frame += packets
            given += _answered(number, 0, sound, table=table, packets=packets, frame=self._frame)
        self._due = []
        self._cable.sendall(given)

    def _answer(self, number, status, content, *, size):
        self._cable.sendall(_answered(number, status, content, size=size))


def _answered(number, status, content, *, size=None, table=b"", packets=0, frame=0):
    size = len(content) if size is None else size
    tail = struct.pack(">iiiii8x", status, size, frame, packets, 0)
    return HEADER.pack(SUBMITTED, number, 0, 0, 0) + tail + content + table
