"""Runs a command of the box and writes down what it opened, whom it called and what it loaded.

Usage: overheard.py REPORT ARGUMENT...
"""

import json
import os
import sys
from pathlib import Path

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND


class Overheard:
    def __init__(self):
        self.written, self.databases, self.called = set(), set(), []

    def note(self, event, arguments):
        if event == "open" and not isinstance(arguments[0], int) and arguments[2] & WRITING:
            self.written.add(os.fsdecode(arguments[0]))
        elif event == "sqlite3.connect":
            self.databases.add(str(arguments[0]))
        elif event in ("socket.connect", "socket.sendto"):
            self.called.append(str(arguments[1]))


def run(report, argv):
    overheard = Overheard()
    sys.addaudithook(overheard.note)
    from edge.__main__ import main

    try:
        main(argv)
    finally:
        told = {
            "written": sorted(overheard.written),
            "databases": sorted(overheard.databases),
            "called": overheard.called,
            "modules": sorted(sys.modules),
        }
        Path(report).write_text(json.dumps(told))


run(sys.argv[1], sys.argv[2:])
