"""An office of several processes is one office: no letter counts twice, whoever takes it."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from central.database import reading
from central.ingest.tables import detections, records
from central.settings import Settings
from edge.sync.wire import BatchReceipt, DetectionBatch

JSON = {"Content-Type": "application/json", "Connection": "close"}  # each by whoever is free


def letter_of(box, numbers):
    return DetectionBatch(device=box.device, records=[box.heard(seq) for seq in numbers])


def workers_of(process):
    """The processes that answer for a server."""
    own = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(pid) for pid in own if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.mark.slow
def test_letters_of_one_box_are_taken_once_by_processes_beside_each_other(office):
    box = office.box(office.hall())
    letters = [
        box.seal(letter_of(box, range(first, first + 10)))
        for first in range(1, 51, 5)  # each half of what the one before it told
    ]
    program = [sys.executable, "-m", "central", "serve", "--port", "0", "--workers", "2"]
    process = subprocess.Popen(
        [*program, "--home", str(office.home.path)], stdout=subprocess.PIPE, text=True
    )
    with process:
        said = process.stdout.readline()
        address = next(word for word in said.split() if word.startswith("http://"))

        def deliver(letter):
            answer = httpx.post(
                f"{address}/v1/detections",
                content=letter.model_dump_json(),
                headers=JSON,
                timeout=300,
                verify=False,
            )
            assert 200 == answer.status_code, answer.text
            return BatchReceipt.model_validate_json(answer.content)

        with ThreadPoolExecutor(4) as line:
            receipts = list(line.map(deliver, letters * 3))
        workers = workers_of(process)
        process.send_signal(signal.SIGTERM)
        process.wait(120)

    assert 2 == len(workers)
    assert 55 == sum(one.accepted for one in receipts)
    assert 300 == sum(one.accepted + one.duplicates for one in receipts)
    with reading(office.books) as connection:
        for table in (records, detections):
            assert 55 == connection.scalar(select(func.count()).select_from(table))
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


def test_processes_share_what_the_office_gives_out():
    settings = Settings(workers=4, letters_at_once=16, letters_per_second=2)

    part = settings.for_one_worker()
    assert (4, 1, 15) == (part.letters_at_once, part.letters_per_second, part.questions_per_minute)
    assert Settings() == Settings().for_one_worker()
