"""A whole machine that runs Qulaq: switched on, asked, unplugged, frozen and thawed by a test.

It is emulated instruction by instruction (no /dev/kvm is needed), so it is slow, and its clock goes
by what it gets done (slow_clock.c): conditions are awaited, nothing is timed.
"""

import atexit
import json
import mmap
import os
import shutil
import signal
import struct
import subprocess
import time
from base64 import b64encode
from contextlib import contextmanager, nullcontext
from pathlib import Path

from tests.appliance.line import PATIENCE_SECONDS, Line

DISK, CARD = "disk.qcow2", "card.qcow2"
ADDRESS = "10.0.2.9"  # of central, for every machine: each has a way to an office of its own
CENTRAL = f"http://{ADDRESS}"
HALL = "52:54:00:00:02:01"  # the network cable of the hall; the host is 10.0.2.2
BENCH = "52:54:00:00:03:01"  # the tests' own cable, for USB over IP; the host is 10.0.3.2
KERNEL = (
    "root=/dev/vda rw console=ttyS0 quiet loglevel=4 panic=0 mitigations=off random.trust_cpu=on"
    " tsc=reliable no_timer_check"
)
SIGN = "/run/qulaq-hear/hear-main.json"  # what the hearing process last said about its input
CLOCKS = "/sys/devices/system/clocksource/clocksource0"
SET_CLOCK = """
import ctypes, struct, sys, time
time.clock_settime(time.CLOCK_REALTIME, float(sys.argv[1]))
# adjtimex(2): ADJ_MAXERROR | ADJ_STATUS, 1 ms, STA_PLL: "synchronized"
told = struct.pack("IqqqqI", 0x4 | 0x10, 0, 0, 1000, 0, 0x1).ljust(1024, bytes(1))
assert ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(told)) == 0
print(min(time.time_ns() - time.monotonic_ns() for _ in range(9)))
"""


class Machine:
    """One machine with one disk; `frozen` names a state it was saved in."""

    def __init__(self, image, folder, *, frozen=None, slowness):
        self.folder = Path(folder)
        self._image, self._frozen = Path(image), frozen
        self._slowness = slowness  # how long a processor must work for a second of the machine, s
        self._clock = None
        self._asked = 0
        self._events = []
        self._process = None
        self._control = self._agent = None

    # ── The power switch ──

    def new_disk(self):
        """A disk as the image has it; what is written goes to a file of its own."""
        base = ["-b", str(self._image / "disk"), "-F", "raw"]
        self._run("qemu-img", "create", "-q", "-f", "qcow2", *base, str(self.disk))

    def new_card(self, size="96M"):
        """A second disk with an empty file system: the card that tests wear out."""
        raw = self.folder / "card.raw"
        with raw.open("wb") as file:
            file.truncate(int(size.removesuffix("M")) << 20)
        self._run("mkfs.ext4", "-qF", "-e", "remount-ro", str(raw))
        # as installing sets it: what must survive a power cut the box syncs by itself
        self._run("tune2fs", "-E", "mount_opts=commit=600", str(raw), stdout=subprocess.DEVNULL)
        self._run("qemu-img", "convert", "-O", "qcow2", str(raw), str(self.card))
        raw.unlink()

    def leave(self, into):
        """Copy what a power cut leaves, now or of a machine that is off: card, and what was told.

        A running machine is held still in the midst of what it does, as it would be killed there.
        """
        into.mkdir(parents=True)
        with self._held_still() if self.is_on() else nullcontext():
            shutil.copy(self.card, into)
            shutil.copy(self.folder / "told", into)

    @contextmanager
    def _held_still(self):
        threads = Path(f"/proc/{self._process.pid}/task")
        self._process.send_signal(signal.SIGSTOP)
        try:
            while not all(_is_stopped(thread) for thread in threads.iterdir()):
                time.sleep(0.001)
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    @classmethod
    def card_as_it_is(cls, left):
        """The files on the card that a power cut left in a folder, its file system mended."""
        raw, place, files = left / "card.raw", left / "mounted", left / "files"
        cls._run("qemu-img", "convert", "-O", "raw", str(left / CARD), str(raw))
        place.mkdir()
        cls._run("mount", "-o", "loop", str(raw), str(place))
        try:
            shutil.copytree(place, files)
        finally:
            cls._run("umount", str(place))
            raw.unlink()
        return files

    @property
    def disk(self):
        return self.folder / DISK

    @property
    def card(self):
        return self.folder / CARD

    def switch_on(self, office_port):
        """Power on, central at a port of this host, and wait until somebody inside answers."""
        for name in ("agent", "control"):
            (self.folder / name).unlink(missing_ok=True)
        log = (self.folder / "qemu.log").open("ab")
        self._process = subprocess.Popen(
            self._command(office_port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | self._slow_clock(),
        )
        log.close()
        atexit.register(self._process.kill)  # no machine outlives its test
        self._control = Line(self.folder / "control", self.is_on)
        self._control.hear()
        self.control("qmp_capabilities")
        self._agent = Line(self.folder / "agent", self.is_on)
        self.run(f"echo hpet > {CLOCKS}/current_clocksource; echo 0 > /proc/sys/kernel/watchdog")
        self._began = (time.monotonic(), self.now())
        self._frozen = None
        return self

    def _slow_clock(self):
        library, clock = self.folder / "slow_clock.so", self.folder / "clock"
        source = Path(__file__).with_name("slow_clock.c")
        self._run("cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(source), "-ldl")
        clock.write_bytes(bytes(mmap.PAGESIZE))
        with clock.open("r+b") as file:
            self._clock = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        self._go_at(self._slowness)
        return {"LD_PRELOAD": str(library), "CLOCK": str(clock)}

    def _go_at(self, slowness):
        """What is said in slow_clock.c: the clock's time, and how slow, in thousandths."""
        struct.pack_into("=q", self._clock, 8, round(1000 * slowness))

    def now(self):
        """The machine's clock, s since some instant; it goes on while the machine does."""
        return struct.unpack_from("=q", self._clock)[0] / 1e9

    def pass_(self, seconds):
        """Wait until so many seconds of the machine's have passed."""
        until = self.now() + seconds
        while self.now() < until:
            time.sleep(0.005)

    def hurry(self):
        """Let the clock of a machine that does nothing any more go faster than ours, not slower."""
        self._go_at(0.1)
        self.control("query-status")  # whatever QEMU waits for, it looks at the clock again

    def go_on(self):
        """Let the clock go by what is done again."""
        self._go_at(self._slowness)

    @property
    def slowness(self):
        """How many seconds of ours a second of the machine took so far."""
        began, then = self._began
        return (time.monotonic() - began) / (self.now() - then)

    def is_on(self):
        return self._process is not None and self._process.poll() is None

    def cut_power(self):
        """No shutdown, no goodbye: what the disk was not told to keep is gone."""
        self._process.kill()
        self._process.wait()
        for line in (self._control, self._agent):
            if line is not None:
                line.close()

    def freeze(self, name):
        """Save the running machine, memory and all, to be thawed again and again."""
        said = self.control("human-monitor-command", **{"command-line": f"savevm {name}"})
        assert said == "", said
        self.cut_power()

    def _command(self, office_port):
        way = f"guestfwd=tcp:{ADDRESS}:80-cmd:busybox nc 127.0.0.1 {office_port}"
        sockets = {
            name: f"socket,id={name},path={self.folder / name},server=on,wait=off"
            for name in ("agent", "control")
        }
        return [
            "qemu-system-x86_64", "-name", "box,debug-threads=on",
            "-nodefaults", "-display", "none", "-vga", "none",
            "-M", "q35,sata=off,smbus=off", "-cpu", "max", "-accel", "tcg,thread=multi,tb-size=384",
            "-smp", "2", "-m", "1024", "-rtc", "base=utc",
            "-kernel", str(self._image / "kernel"), "-initrd", str(self._image / "initrd"),
            "-append", KERNEL,
            "-drive", f"if=none,id=disk,file={self.disk},format=qcow2,cache=writeback",
            "-device", "virtio-blk-pci,drive=disk",
            "-drive", f"if=none,id=card,file={self.card},format=qcow2,cache=writeback",
            "-device", "virtio-blk-pci,drive=card,serial=card",
            "-device", "virtio-rng-pci", "-device", "virtio-serial-pci",
            "-chardev", sockets["agent"],
            "-device", "virtserialport,chardev=agent,name=qulaq.agent",
            "-chardev", f"file,id=told,path={self.folder / 'told'},append=on",
            "-device", "virtserialport,chardev=told,name=qulaq.told",
            "-chardev", sockets["control"], "-mon", "chardev=control,mode=control",
            "-serial", f"file:{self.folder / 'console'}",
            "-netdev", f"user,id=hall,net=10.0.2.0/24,ipv6=off,{way}",
            "-device", f"virtio-net-pci,netdev=hall,mac={HALL}",
            "-netdev", "user,id=bench,net=10.0.3.0/24,ipv6=off",
            "-device", f"virtio-net-pci,netdev=bench,mac={BENCH}",
            "-device", "qemu-xhci,id=usb,p2=8,p3=8",
            "-device", "i6300esb", "-action", "watchdog=reset",
            *(["-loadvm", self._frozen] if self._frozen else []),
        ]  # fmt: skip

    def plug_in(self, microphone):
        """Plug a microphone in, and wait until the kernel knows it."""
        microphone.serve()
        self.put("/srv/plug_in.py", Path(__file__).with_name("plug_in.py").read_bytes())
        self.run(f"python3 /srv/plug_in.py 10.0.3.2 {microphone.port}")
        self.await_words("/proc/asound/cards", "[hall ")

    def await_units(self, *units):
        """Wait until every one of some units runs."""
        # systemctl is-active is content with any one of those it is asked about
        self.await_(" && ".join(f"systemctl is-active {unit}" for unit in units))

    def await_state(self, state):
        """Wait until the box says of its input that it is in that state; returns its sign."""
        return json.loads(self.await_words(SIGN, f'"state": "{state}"'))

    # ── What can be asked of it ──

    def run(self, command, *, seconds=PATIENCE_SECONDS, code=0):
        """Run a command inside; returns what it printed. Any `code` but the expected one fails."""
        answer = self._ask(seconds, command=command, seconds=seconds)
        assert code is None or answer["code"] == code, (
            f"{command!r} left with {answer['code']}:\n{answer['said']}"
        )
        return answer["said"]

    def _ask(self, patience_seconds, **words):
        self._asked += 1
        self._agent.say({"id": self._asked} | words)
        while True:
            answer = self._agent.hear(patience_seconds + PATIENCE_SECONDS)
            assert answer is not None, f"no answer to {words}"
            if answer["id"] == self._asked:
                return answer

    def start(self, command):
        """Let a command go its way inside."""
        self.run(f"setsid bash -c {json.dumps(command)} > /dev/null 2>&1 < /dev/null &")

    def await_(self, command):
        """Wait until a command succeeds inside; returns what it printed then."""
        return self._ask(PATIENCE_SECONDS, command=command, seconds=60, until=True)["said"]

    def await_words(self, path, words):
        """Wait until a file inside has these words; returns what is in it then."""
        return self._ask(PATIENCE_SECONDS, file=str(path), has=words)["said"]

    def network_time(self):
        """Let a time daemon set the clock, as the kernel would be told by one.

        Returns:
            How far the calendar lies before monotonic time, ns.
        """
        return int(self.run(f"python3 -c '{SET_CLOCK}' {time.time()!r}"))

    def put(self, path, content):
        """Write a small file inside."""
        self.run(f"mkdir -p $(dirname {path}); base64 -d > {path} <<< {_base64(content)}")

    def control(self, command, **arguments):
        """Ask QEMU itself."""
        self._control.say({"execute": command, "arguments": arguments})
        while True:
            answer = self._control.hear()
            if "event" in answer:
                self._events.append(answer)
                continue
            assert "return" in answer, f"{command}: {answer}"
            return answer["return"]

    def await_event(self, name):
        """Wait until QEMU tells of an event."""
        while True:
            for event in self._events:
                if event["event"] == name:
                    self._events.remove(event)
                    return event
            event = self._control.hear()
            assert event is not None, f"no {name}"
            self._events.append(event)

    def plug_stick(self, image):
        self.control("blockdev-add", driver="raw", **{"node-name": "stick-file"},
                     file={"driver": "file", "filename": str(image)})  # fmt: skip
        self.control("device_add", driver="usb-storage", bus="usb.0", id="stick",
                     drive="stick-file", removable=True, serial="STICK1")  # fmt: skip

    def pull_stick(self):
        self.control("device_del", id="stick")
        self.await_event("DEVICE_DELETED")
        until = time.monotonic() + PATIENCE_SECONDS
        while True:  # the file is let go a moment after the device
            self._control.say({"execute": "blockdev-del", "arguments": {"node-name": "stick-file"}})
            answer = self._control.hear()
            while "event" in answer:
                answer = self._control.hear()
            if "return" in answer:
                return
            assert time.monotonic() < until, answer
            time.sleep(0.1)

    def cable(self, *, plugged):
        self.control("set_link", name="hall", up=plugged)

    @property
    def told(self):
        """Everything that was said over the line that survives a power cut, line by line."""
        return told_in(self.folder)

    @staticmethod
    def _run(*command, **streams):
        subprocess.run(command, check=True, **streams)


def told_in(folder):
    """The lines in a folder that were told before the power was cut."""
    path = folder / "told"
    whole = path.read_bytes() if path.exists() else b""
    return [line for line in whole.decode(errors="replace").split("\n")[:-1] if line]


def _is_stopped(thread):
    return (thread / "stat").read_text().rpartition(")")[2].split()[0] == "T"


def _base64(content):
    return b64encode(content.encode() if isinstance(content, str) else content).decode()
