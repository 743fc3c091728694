"""The box as it hangs in a hall: units under systemd, a USB microphone, a cable, a plug, a card.

Everything is real but the processor, which is emulated: figures of time are the machine's own,
shown at the end beside how slow it is, and asserted by nobody.
"""

import hashlib
import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import dropwhile, pairwise

from edge.sync.outbox import Outbox
from edge.sync.wire import CoverageRecord, DetectionRecord
from edge.timekeeping import FIRST_BOX
from tests.appliance.machine import SIGN, Machine, told_in
from tests.appliance.microphone import RATE_HZ

UNITS = ["qulaq-hear", "qulaq-speak", "qulaq-stick", "qulaq-status"]
PATIENCE_SECONDS = 900
CUTS = 7


def main_pid(machine, unit):
    return int(machine.run(f"systemctl show -P MainPID {unit}"))


def inside(machine, pid, spaces, command):
    """Run a command in the world a process sees."""
    return machine.run(f"nsenter -t {pid} {spaces} {command}", code=None)


def lines_told(machine):
    """Let every line the hearing process writes leave the machine at once, before any power cut."""
    machine.start("journalctl -f -n 0 -o cat -u qulaq-hear > /dev/virtio-ports/qulaq.told")


def accounted(lines):
    """The stretches that the hearing process has said were written since it knew the time."""
    since = dropwhile(lambda line: '"time_learned"' not in line, lines)
    return [json.loads(line) for line in since if '"time_accounted"' in line]


def await_told(machine, state):
    """Wait until the hearing process has said that such a stretch was written."""
    return until(machine, lambda: any(one["state"] == state for one in accounted(machine.told)))


def until(machine, is_so):
    """Await what the machine tells, or central has; a machine that went off says so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := is_so()):
        assert machine.is_on(), "the machine is off"
        assert time.monotonic() < end, machine.told[-5:]
        time.sleep(0.2)
    return found


def sign(machine):
    """What the hearing process last said about its input."""
    return json.loads(machine.run(f"cat {SIGN}"))


def told_to(office, machine, enough):
    """What central has, in the order of the box, once there is enough and nothing waits."""

    def have():
        records = sorted(office.central.records.values(), key=lambda one: one.started_at)
        return records if enough(records) else None

    try:
        return until(machine, have)
    except AssertionError as e:
        last = coverage_of(sorted(office.central.records.values(), key=lambda r: r.started_at))[-8:]
        e.add_note("central has " + "; ".join(f"{r.state} from {r.started_at}" for r in last))
        raise


def coverage_of(records):
    return [one for one in records if isinstance(one, CoverageRecord)]


def assert_adds_up(records):
    """Spans of one input lie end to end: every second once, none twice, none missing."""
    spans = coverage_of(records)
    assert spans
    for before, after in pairwise(spans):
        assert abs(after.started_at - before.ended_at) <= timedelta(milliseconds=1), (before, after)


def has(state, *, after=None):
    """Whether central knows of a stretch in a state, after one in another."""

    def enough(records):
        states = [span.state for span in coverage_of(records)]
        if after is None:
            return state in states
        return after in states and state in states[states.index(after) :]

    return enough


def test_the_units_run_under_systemd_each_behind_its_fence(machine, microphone):
    machine.plug_in(microphone)
    machine.await_state("heard")

    states = machine.run(f"systemctl is-active {' '.join(UNITS)}", code=None).split()
    assert ["active"] * 4 == states
    assert machine.run("systemctl --failed --no-legend").strip() == ""
    hear, speak = (main_pid(machine, unit) for unit in UNITS[:2])
    links = json.loads(inside(machine, hear, "-n", "ip -j link"))
    assert ["lo"] == [link["ifname"] for link in links]
    assert "PRIVATE KEY" in machine.run("cat /var/lib/qulaq/keys/identity.pem")
    assert "PRIVATE KEY" not in inside(machine, hear, "-m", "cat /var/lib/qulaq/keys/identity.pem")
    assert "No such file" in inside(machine, speak, "-m", "ls /dev/snd")
    limits = machine.run(f"cat /proc/{hear}/limits")
    assert "0                    0                    bytes" in next(
        line for line in limits.splitlines() if line.startswith("Max core file size")
    )
    shown = machine.run("systemctl show -p MemoryMax,MemorySwapMax qulaq-hear").split()
    assert "MemorySwapMax=0" in shown
    assert "MemoryMax=infinity" not in shown
    # bash's own way to a socket: Python's takes long to start here
    page = (
        "exec 3<>/dev/tcp/127.0.0.1/8710; printf 'GET /?lang=en HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
    )
    machine.await_(f"({page}) | grep 'data-verdict=\"heard\"'")


CAPTURE = """
import hashlib, json, sys
from edge.capture.block import AudioBlock
from edge.capture.sources import await_device
from edge.config import Settings
import numpy as np
source, seen = await_device("hw:hall", Settings(open_seconds=120)), []
for piece in source.pieces():
    if not isinstance(piece, AudioBlock):
        seen = []
        continue
    pcm = (piece.samples * 32768).astype("<i2").tobytes()
    seen.append([hashlib.sha256(pcm).hexdigest(), len(pcm)])
    if len(seen) == 10:
        break
source.stop()
print(json.dumps(seen))
"""


def test_a_usb_microphone_is_heard_bit_for_bit(machine, microphone, evening):
    machine.run("systemctl kill -s KILL qulaq-hear; systemctl stop qulaq-hear", seconds=900)
    machine.plug_in(microphone)
    machine.put("/srv/capture.py", CAPTURE)

    blocks = json.loads(
        machine.run("/opt/qulaq/bin/python /srv/capture.py 2>&1 | tail -1", seconds=3600)
    )

    size = blocks[0][1]
    assert size == 2 * RATE_HZ // 10
    hashes = [one for one, _ in blocks]
    assert any(
        hashes
        == [
            hashlib.sha256(evening[at + n * size : at + (n + 1) * size]).hexdigest()
            for n in range(len(hashes))
        ]
        for at in range(0, len(evening) - len(hashes) * size, 2 * RATE_HZ // 1000)
    )


def test_a_microphone_pulled_and_stalled_is_noticed_and_heard_again(
    machine, microphone, office, figures
):
    machine.network_time()
    machine.plug_in(microphone)
    machine.await_state("heard")
    hears = main_pid(machine, "qulaq-hear")

    stalled = machine.now()
    microphone.is_stalled = True
    machine.await_state("unplugged")
    figures("a stall, noticed and told within", _seconds(machine.now(), stalled))
    microphone.is_stalled = False
    machine.await_state("heard")
    pulled = machine.now()
    microphone.pull()
    machine.await_state("unplugged")
    figures("a pull, noticed and told within", _seconds(machine.now(), pulled))
    machine.plug_in(microphone)
    there = int(machine.run("udevadm info -q property -p /sys/class/sound/card0 | "
                            "sed -n s/USEC_INITIALIZED=//p")) / 1e6  # fmt: skip
    machine.await_state("heard")

    assert hears == main_pid(machine, "qulaq-hear")  # without a restart of the unit
    records = told_to(office, machine, lambda records: came_back(records, there))
    assert_adds_up(records)
    spans = coverage_of(records)
    heard = next(_began(span) for span in spans if _began(span) > there and span.state == "heard")
    figures("heard again after udev knew the card", _seconds(heard, there))
    figures("of which the card's own process took", f"{_start_seconds(machine):.1f} s")
    figures("… and on this host, not emulated", f"{_start_seconds_here():.2f} s")


def came_back(records, there):
    """Whether central knows of a stall, of a card gone after it, and of sound since it was there.

    The card was gone before the evening began, too.
    """
    spans = coverage_of(records)
    causes = [span.cause for span in spans]
    return (
        "stalled" in causes
        and "unplugged" in causes[causes.index("stalled") :]
        and any(span.state == "heard" and _began(span) > there for span in spans)
    )


def _began(span):
    """When a stretch began, in the machine's own seconds."""
    return span.box.started_ns / 1e9


def _seconds(later, earlier):
    return f"{later - earlier:.2f} s"


START = "import edge.capture.card as card; card.portaudio()"


def _start_seconds(machine):
    told = machine.run(
        f"TIMEFORMAT=%R; time /opt/qulaq/bin/python -c '{START}'", seconds=PATIENCE_SECONDS
    )
    return float(told.split()[-1])


def _start_seconds_here():
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", START], check=True)
    return time.monotonic() - began


def test_a_microphone_that_hangs_is_switched_off_and_on_by_who_may(machine, microphone, office):
    machine.network_time()
    machine.plug_in(microphone)
    machine.await_state("heard")
    hears = main_pid(machine, "qulaq-hear")

    microphone.is_hung = True  # opened again and again it stays silent
    machine.await_("journalctl -b -u qulaq-recover -o cat | grep socket_switched")
    machine.await_state("heard")

    assert not microphone.is_hung
    assert hears == main_pid(machine, "qulaq-hear")
    records = told_to(office, machine, heard_after_a_switch)
    assert_adds_up(records)
    # while its socket is switched the card is gone
    assert "stalled" in {span.cause for span in coverage_of(records) if span.step == "rebind"}


def heard_after_a_switch(records):
    """Whether central knows that the socket was switched, and that sound came after it."""
    steps = [span.step for span in coverage_of(records)]
    return "rebind" in steps and has("heard")(records[steps.index("rebind") :])


def test_the_box_is_not_started_anew_soon_after_it_started(machine):
    ask = "cd /run/qulaq-hear && echo reboot hw:hall > new && mv new recovery"
    machine.run(f"runuser -u qulaq-hear -- sh -c '{ask}'")

    refused = machine.await_("journalctl -b -u qulaq-recover -o cat | grep start_refused")

    assert json.loads(refused.splitlines()[-1])["pause_seconds"] == 3600
    assert "failed" not in machine.run("systemctl is-failed qulaq-recover", code=None)


def on_the_card(left):
    """What the box's own code finds on the card that a power cut left in a folder."""
    outbox = Outbox.open(Machine.card_as_it_is(left) / "outbox.db")
    last = outbox.left("main")
    records = list(outbox.records())
    outbox.close()
    assert last is not None
    assert last.losses == ()  # the chain has no hole
    return records


def assert_kept(told, records):
    """Every stretch the process said was written is there, and no second twice or missing."""
    kept = {(span.state, span.started_at.isoformat()) for span in coverage_of(records)}
    assert told
    assert {(one["state"], one["began"]) for one in told} <= kept
    assert_adds_up(records)


def test_power_may_fail_at_any_instant_and_nothing_told_is_lost(machine, microphone, tmp_path):
    assert "commit=600" in machine.run("findmnt -no OPTIONS /var/lib/qulaq/outbox")
    lines_told(machine)
    machine.network_time()
    machine.plug_in(microphone)
    await_told(machine, "heard")

    for cut in range(CUTS):
        machine.pass_(0.7)  # another instant of a checkpoint's five seconds
        machine.leave(tmp_path / str(cut))
    machine.cut_power()
    machine.leave(tmp_path / "off")

    for left in tmp_path.iterdir():
        assert_kept(accounted(told_in(left)), on_the_card(left))


def test_a_panic_is_ended_by_the_watchdog_and_the_box_goes_on_where_it_was(
    machine, microphone, office
):
    lines_told(machine)
    machine.network_time()
    machine.plug_in(microphone)
    await_told(machine, "heard")

    machine.start("echo c > /proc/sysrq-trigger")
    machine.hurry()  # nothing is done until the watchdog's time is over
    event = machine.await_event("WATCHDOG")
    machine.go_on()
    microphone.pull()
    told = accounted(machine.told)

    assert event["data"]["action"] == "reset"
    machine.await_units("qulaq-hear", "qulaq-speak")
    machine.network_time()
    last = max(datetime.fromisoformat(one["began"]) for one in told)

    def settled(records):
        spans = coverage_of(records)
        off = [span for span in spans if span.state == "powered_off"]
        return any(span.started_at >= last for span in off) and spans[-1].state == "unplugged"

    assert_kept(told, told_to(office, machine, settled))


def test_a_clock_step_of_twenty_years_is_undone_when_network_time_comes(
    machine, microphone, office
):
    machine.run("date -s 2046-11-28")
    machine.plug_in(microphone)
    machine.await_state("heard")
    before = main_pid(machine, "qulaq-hear")
    machine.run("date -s 2006-11-28")
    heard_until = sign(machine)["at_seconds"] + 10
    until(machine, lambda: sign(machine)["at_seconds"] > heard_until)
    assert not office.central.records  # nobody knows when that was

    since_1970_ns = machine.network_time()
    records = told_to(
        office, machine, lambda all_: any(r.box.started_ns / 1e9 > heard_until for r in all_)
    )

    assert before == main_pid(machine, "qulaq-hear")
    assert "active" in machine.run("systemctl is-active qulaq-speak")
    assert_adds_up(records)
    assert {"heard", "unplugged"} <= {span.state for span in coverage_of(records)}
    for record in records:
        really = datetime.fromtimestamp((since_1970_ns + record.box.started_ns) / 1e9, UTC)
        assert record.clock_synced
        assert abs(record.started_at - really) < timedelta(milliseconds=50)
        assert record.started_at > FIRST_BOX


TURN = """
export DM_DISABLE_UDEV=1
dmsetup suspend --nolockfs card
dmsetup load card --table "0 $(blockdev --getsz /dev/vdb) {}"
dmsetup resume card
"""


def test_a_card_that_fails_and_goes_read_only_loses_nothing_told(machine, microphone, tmp_path):
    lines_told(machine)
    machine.network_time()
    machine.plug_in(microphone)
    await_told(machine, "heard")
    hears = main_pid(machine, "qulaq-hear")

    machine.run(TURN.format("flakey /dev/vdb 0 0 3600 1 error_writes"))
    until(machine, lambda: any("card_refuses" in line for line in machine.told))
    box = "/var/lib/qulaq/outbox"
    # The kernel commits by itself only every ten minutes; whether it must before depends on what
    # it was just writing.
    machine.await_(f"sync -f {box}; ! touch {box}/x")
    machine.await_words(SIGN, '"is_kept": false')
    later = sign(machine)["at_seconds"] + 5
    until(machine, lambda: sign(machine)["at_seconds"] > later)

    assert sign(machine)["state"] in ("heard", "lost", "behind")  # it hears on, and says so
    assert hears == main_pid(machine, "qulaq-hear")
    machine.cut_power()
    machine.leave(tmp_path / "off")
    assert_kept(accounted(machine.told), on_the_card(tmp_path / "off"))


def test_the_known_piece_is_heard_from_the_air_to_central(
    machine, microphone, evening, office, figures
):
    machine.network_time()
    machine.plug_in(microphone)
    machine.await_state("heard")
    before = processors(machine)
    seconds = len(evening) / 2 / RATE_HZ

    def found_or_over(records):
        done = sum(seconds_in(records).values())
        return done > seconds or any(isinstance(one, DetectionRecord) for one in records)

    records = told_to(office, machine, found_or_over)

    busy, passed = (now - then for now, then in zip(processors(machine), before, strict=True))
    figures("its two processors were busy", f"{busy / passed:.0%} of the time")
    came = seconds_in(records)
    figures(
        "of the microphone's evening, came through in time",
        ", ".join(f"{state} {seconds:.0f} s" for state, seconds in sorted(came.items())),
    )
    assert_adds_up(records)
    assert {"rec-1"} == {one.recording_id for one in records if isinstance(one, DetectionRecord)}


def seconds_in(records):
    """How long the microphone was in each state, while it was there."""
    spans = [span for span in coverage_of(records) if span.state != "unplugged"]
    return {
        state: sum((s.ended_at - s.started_at).total_seconds() for s in spans if s.state == state)
        for state in {span.state for span in spans}
    }


def processors(machine):
    """For how many ticks they have been busy, and how many there were.

    Source:
        proc_stat(5): user, nice, system, idle, iowait, then interrupts and the like.
    """
    ticks = [int(one) for one in machine.run("head -1 /proc/stat").split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)
