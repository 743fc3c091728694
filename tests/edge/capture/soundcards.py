"""Sound cards without hardware: a private PulseAudio whose sinks are microphones to PortAudio."""

import os
import signal
import subprocess
import time

RATE_HZ = 48_000
PATIENCE_SECONDS = 100  # with a player that has nothing left to play

DAEMON = f"""
exit-idle-time = -1
realtime-scheduling = no
high-priority = no
enable-shm = no
flat-volumes = no
avoid-resampling = yes
default-sample-format = s16le
default-sample-rate = {RATE_HZ}
alternate-sample-rate = {RATE_HZ}
default-sample-channels = 1
"""


class SoundCards:
    """One card for each name; what is played to it is what it hears."""

    def __init__(self, folder, names):
        self._socket = folder / "native"
        self._script = folder / "script.pa"
        self._log = folder / "pulse.log"
        self._server = None
        server = f'server "unix:{self._socket}"'
        sinks = [
            f"load-module module-null-sink sink_name={name} rate={RATE_HZ} channels=1 format=s16le"
            " channel_map=mono"
            for name in names
        ]
        door = f"load-module module-native-protocol-unix socket={self._socket} auth-anonymous=1"
        self._script.write_text("\n".join([*sinks, door, ""]))
        (folder / "daemon.conf").write_text(DAEMON)
        cards = [
            f'pcm.{name} {{ type pulse {server} device "{name}.monitor" '
            f'hint {{ show on description "{name}" }} }}'
            for name in names
        ]
        # without a default card PortAudio ends the whole process
        default = [
            f'pcm.!default {{ type pulse {server} device "{names[0]}.monitor" }}',
            f"ctl.!default {{ type pulse {server} }}",
        ]
        (folder / "asound.conf").write_text("\n".join([*cards, *default, ""]))
        self._environment = {
            **os.environ,
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_RUNTIME_PATH": str(folder / "runtime"),
            "PULSE_CONFIG": str(folder / "daemon.conf"),
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        }
        self.environment = {**self._environment, "ALSA_CONFIG_PATH": str(folder / "asound.conf")}

    def plug_in(self):
        self._socket.unlink(missing_ok=True)
        command = ["pulseaudio", "-n", "-F", self._script, "--daemonize=no", "--use-pid-file=no"]
        command += ["--exit-idle-time=-1", f"--log-target=file:{self._log}"]
        self._server = subprocess.Popen(
            command, env=self._environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 30
        while not self._answers():
            assert self._server.poll() is None, self._log.read_text()
            assert time.monotonic() < end, self._log.read_text()
            time.sleep(0.05)

    def _answers(self):
        command = ["pactl", "-s", f"unix:{self._socket}", "info"]
        try:
            answer = subprocess.run(
                command, env=self._environment, capture_output=True, check=False, timeout=10
            )
        except subprocess.TimeoutExpired:
            return False
        return answer.returncode == 0

    def play(self, name, pcm):
        """Play raw sound to a card in its own time; returns when all of it was played."""
        command = ["paplay", "-s", f"unix:{self._socket}", "--raw", f"--rate={RATE_HZ}"]
        command += ["--channels=1", "--format=s16le", "--latency-msec=500", f"--device={name}"]
        lasts = len(pcm) / 2 / RATE_HZ
        subprocess.run(
            command, input=pcm, env=self._environment, check=True, timeout=lasts + PATIENCE_SECONDS
        )

    def stall(self):
        """The cards stay plugged in and give not one frame more."""
        self._server.send_signal(signal.SIGSTOP)

    def go_on(self):
        self._server.send_signal(signal.SIGCONT)

    def pull_out(self):
        """The cable of all cards at once."""
        self._server.kill()
        self._server.wait()
