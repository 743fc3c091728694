"""What central has acknowledged is on disk, whatever happens to it the instant after."""

import os
import signal
import subprocess
import sys
import threading

import httpx
import pytest
from sqlalchemy import func, select

from central.database import open_books, reading
from central.ingest.tables import detections, records


def open_elsewhere(office):
    """The same office in a process of its own, to be killed; returns it and its address."""
    program = [sys.executable, "-m", "central", "serve", "--port", "0"]
    process = subprocess.Popen(
        [*program, "--home", str(office.home.path)], stdout=subprocess.PIPE, text=True
    )
    said = process.stdout.readline()
    return process, next(word for word in said.split() if word.startswith("http://"))


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_central_is_killed(office):
    box = office.box(office.hall())
    process, address = open_elsewhere(office)
    killer = threading.Timer(1.0, os.kill, (process.pid, signal.SIGKILL))
    acknowledged = 0
    written = {"Content-Type": "application/json"}
    with httpx.Client(base_url=address, headers=written, verify=False) as box.http, process:
        while True:
            news = [box.heard(acknowledged + n) for n in range(1, 21)]
            try:
                receipt = box.receipt(*news)
            except httpx.TransportError:
                break
            if not acknowledged:  # however slowly central began, it has something to lose
                killer.start()
            acknowledged += receipt.accepted
        process.stdout.close()
    books = open_books(office.home.books)
    with reading(books) as connection:
        kept = connection.scalar(select(func.count()).select_from(records))
        told = connection.scalar(select(func.count()).select_from(detections))
    books.dispose()

    assert acknowledged > 0
    assert kept == told
    assert kept - acknowledged in (0, 20)  # a batch is whole or not there; one receipt may be lost


def test_a_full_disk_takes_nothing_and_asks_the_box_to_come_later(office):
    box = office.box(office.hall())
    with office.books.connect() as connection:  # the one connection the pool will lend again
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    answer = box.deliver(*(box.heard(n) for n in range(1, 400)))
    with office.books.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    later = box.receipt(*(box.heard(n) for n in range(1, 400)))

    assert 503 == answer.status_code
    assert "full" in answer.json()["detail"]
    assert int(answer.headers["retry-after"]) > 0
    assert (399, 0) == (later.accepted, later.duplicates)
