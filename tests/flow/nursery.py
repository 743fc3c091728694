"""Starts box processes fast: forks them from one process that has loaded everything.

Each child runs the real command in a process of its own, to be killed like any other. Reads one
line of JSON for each child (`argv`, `log`), answers its process id.
"""

import json
import os
import signal
import sys

import edge.listen
import edge.sync.rounds  # noqa: F401  # loaded here so that children need not
from edge.__main__ import main
from edge.selftest import known_answer


def bring_up(argv, log):
    """The child: becomes a box process, and never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    journal = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(journal, 1)
    os.dup2(journal, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        main(argv)
    except SystemExit as e:
        os._exit(e.code if isinstance(e.code, int) else 1)
    os._exit(0)


def say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def attend():
    """Fork a child for each line, until there are no more."""
    known_answer()  # loads the compiled ear
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them
    say("ready")
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            bring_up(order["argv"], order["log"])
        say(str(child))


attend()
