"""Places with a network each, and poor lines between them: the kernel's own, no program of ours."""

import ctypes
import subprocess
from contextlib import ExitStack, contextmanager
from pathlib import Path

_NETWORK = 0x4000_0000  # CLONE_NEWNET
_LINE = """
table netdev line {{
  counter lost {{ }}
  chain arrives {{
    type filter hook ingress device {device} priority 0; policy accept;
    numgen random mod 100 < {percent} counter name lost drop
  }}
}}
"""


class Place:
    """A network namespace of its own. It is gone with the test, however that ends."""

    def __init__(self, doing):
        # it ends when nobody can write to it any more
        command = ["unshare", "--net", "cat"]
        held = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        doing.callback(held.communicate)
        held.stdin.write(b"there\n")
        held.stdin.flush()
        assert held.stdout.readline() == b"there\n"
        self.process = held.pid
        self.do("ip", "link", "set", "lo", "up")

    def do(self, *words, text=None):
        """Run a program here; what it says."""
        command = ["nsenter", f"--net=/proc/{self.process}/ns/net", *(str(word) for word in words)]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    @contextmanager
    def entered(self):
        """What this thread opens and starts meanwhile is here."""
        with Path("/proc/thread-self/ns/net").open() as before:
            with Path(f"/proc/{self.process}/ns/net").open() as here:
                _enter(here)
            try:
                yield
            finally:
                _enter(before)


class Line:
    """From a hall to the office: slow both ways, and some of what goes over it is lost."""

    def __init__(self, hall, office, name, *, address, kilobits, lost_percent):
        self.name = name
        self._ends = {hall: "uplink", office: name}
        office.do(
            *("ip", "link", "add", name, "type", "veth"),
            *("peer", "name", "uplink", "netns", hall.process),
        )
        hall.do("ip", "address", "add", address, "dev", "uplink")
        office.do("ip", "link", "set", name, "master", "street")
        for place, device in self._ends.items():
            place.do("ip", "link", "set", device, "gso_max_segs", 1, "up")
            rate = ("rate", f"{kilobits}kbit", "burst", 1600, "latency", "400ms")
            place.do("tc", "qdisc", "add", "dev", device, "root", "tbf", *rate)
            rules = _LINE.format(device=device, percent=lost_percent)
            place.do("nft", "-f", "-", text=rules.replace("netdev line", f"netdev {device}"))

    def cut(self):
        """Nothing arrives on either side any more, and neither is told."""
        self._let("drop")

    def heal(self):
        self._let("accept")

    def _let(self, policy):
        for place, device in self._ends.items():
            rule = f"chain netdev {device} arrives {{ policy {policy}; }}"
            place.do("nft", "-f", "-", text=rule)

    def lost(self):
        """Packets that never arrived in the hall, and at the office."""
        return self._counted("packets", "nft list counters table netdev {device}")

    def held_back(self):
        """How often the hall, and the office, had to wait for the line to be free."""
        return self._counted("overlimits", "tc -s qdisc show dev {device}")

    def _counted(self, what, command):
        said = [
            place.do(*command.format(device=device).split()).split()
            for place, device in self._ends.items()
        ]
        return [int(words[words.index(what) + 1]) for words in said]


@contextmanager
def office_and_halls(lines):
    """Namespaces joined by lines: the office's, and each hall's with its line.

    Args:
        lines: for each hall by name, what its `Line` shall be like.
    """
    with ExitStack() as doing:
        office = Place(doing)
        office.do("ip", "link", "add", "street", "type", "bridge")
        office.do("ip", "address", "add", "10.77.0.1/24", "dev", "street")
        office.do("ip", "link", "set", "street", "up")
        halls = []
        for number, (name, kind) in enumerate(lines.items(), 2):
            hall = Place(doing)
            line = Line(hall, office, name, address=f"10.77.0.{number}/24", **kind)
            halls.append((hall, line))
        yield office, halls


def _enter(namespace):
    if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), _NETWORK):
        raise OSError(ctypes.get_errno(), "cannot enter a network namespace")
