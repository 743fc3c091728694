#!/bin/bash
# Brings what a target of the Makefile needs, and says what and why. Usage: .ci/setup.sh PURPOSE
#
#   demo         the three houses; no Debian package is needed
#   microphone   … and PortAudio, to hear the room
#   lint, bench  … and the developers' tools
#   live         … and music21's scores and a synthesiser, to measure works played live
#   nation       … and Spark with its Java, to settle a period on another engine
#   appliance    … and what builds and runs an emulated machine: QEMU, mmdebstrap
#   test         … and the programs the tests play against: PulseAudio, Chromium, umockdev, systemd, nftables
#
# Takes: Python 3.11 to 3.13. Makes: .tools (uv, from PyPI) and .venv (what uv.lock says), both in this folder.
# Debian packages are installed only if they are missing; without root it prints what to ask for.
# A second run compares one stamp and is done.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly purpose=${1:?"which purpose? demo, microphone, lint, bench, live, nation, outsiders, appliance or test"}
readonly uv_version=0.13.9
export UV_PYTHON_DOWNLOADS=never DEBIAN_FRONTEND=noninteractive

say() { printf '── %s\n' "$*" >&2; }
stop() { printf '\n✗ %s\n' "$*" >&2; exit 1; }

# Debian package and the reason for it, for this purpose.
packages_for() {
    case $1 in
        demo | lint) ;;
        bench)
            echo "sox|changes tempo and pitch of the query sets"
            echo "ffmpeg|makes the query sets' MP3"
            ;;
        live)
            echo "fluidsynth|plays the performances"
            echo "fluid-soundfont-gm|its instruments"
            echo "git|fetches people's performances"
            ;;
        microphone)
            echo "libportaudio2|PortAudio: the way to the sound card"
            ;;
        test)
            echo "libportaudio2|PortAudio: the way to the sound card"
            echo "pulseaudio|a sound card that is only a program: the capture tests listen to it"
            echo "pulseaudio-utils|plays test sounds into that sound card"
            echo "libasound2-plugins|lets PortAudio reach that sound card through ALSA"
            echo "alsa-utils|ALSA's own configuration, which PortAudio reads"
            echo "chromium|the browser that opens the console's pages in the browser tests"
            echo "fonts-dejavu-core|letters for that browser"
            echo "fonts-noto-core|Kazakh and Russian letters for that browser"
            echo "umockdev|USB sticks that are plugged in by a program: the stick tests see real udev events"
            echo "dosfstools|makes and checks FAT file systems: the judge of what the box writes to a stick"
            echo "mtools|reads and writes FAT file systems: a second reader beside ours"
            echo "iproute2|two halls and an office with a network each, and slow lines between them"
            echo "nftables|loses and cuts what goes over these lines"
            echo "strace|tells every call of the hearing process to the kernel: it must not write sound"
            echo "espeak-ng|speaks Kazakh, Russian and English: of speech nothing may be stored"
            echo "systemd|systemd-analyze: judges the units the box is shipped with"
            echo "swtpm|a TPM 2.0 that is only a program: the box's key is made and used in it"
            echo "libtss2-dev|the way to such a chip, and what tpm2-pytss is built with"
            echo "pkg-config|finds that library when tpm2-pytss is built"
            echo "gcc|builds tpm2-pytss, which has no wheels"
            echo "libc6-dev|what gcc needs to build anything"
            ;;
        nation)
            echo "openjdk-17-jre-headless|the Java that Spark runs on"
            ;;
        appliance)
            echo "qemu-system-x86|the machine in which the box is tried, processor and all"
            echo "qemu-utils|its disk"
            echo "seabios|what it starts with"
            echo "ipxe-qemu|its network cards' firmware, without which it does not start"
            echo "mmdebstrap|puts Debian on its disk"
            echo "busybox-static|the few steps before there is a root file system"
            echo "cpio|packs these steps"
            echo "kmod|finds the drivers it needs"
            echo "xz-utils|unpacks the kernel"
            echo "zstd|unpacks the kernel, where Debian packs it so"
            echo "e2fsprogs|makes its file system"
            echo "gcc|slows its clock down to what an emulated processor gets done"
            echo "libc6-dev|what gcc needs to build anything"
            echo "libportaudio2|PortAudio: the tests' own house needs it too"
            ;;
        outsiders)
            echo "golang-go|the language of the reference implementation of such logs"
            echo "golang-golang-x-mod-dev|that implementation: notes, trees and tiles"
            ;;
        *) stop "unknown purpose '$1': demo, microphone, lint, bench, live, nation, outsiders, appliance or test" ;;
    esac
}

extras_for() {
    case $1 in
        demo | microphone | outsiders) echo "--extra edge --extra central --extra provisioning --inexact" ;;
        live) echo "--extra edge --extra central --extra provisioning --group live --inexact" ;;
        nation) echo "--extra edge --extra central --extra provisioning --group nation --inexact" ;;
        test) echo "--extra edge --extra tpm --extra central --extra provisioning --group dev" ;;
        # inexact: what the tests had brought stays
        *) echo "--extra edge --extra central --extra provisioning --group dev --inexact" ;;
    esac
}

# ── Root: by itself, by sudo without a password, or not at all ──────────────────────────────────

become_root() {
    if [ "$(id -u)" = 0 ]; then echo ""; return 0; fi
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        echo "sudo --preserve-env=DEBIAN_FRONTEND"
        return 0
    fi
    return 1
}

apt_install() { # packages…
    local root
    root=$(become_root) || stop "this needs root once. Ask for:

    sudo apt-get update && sudo apt-get install --no-install-recommends $*

and run make again."
    command -v apt-get >/dev/null || stop "no apt-get here; install by hand what Debian calls: $*"
    local apt="$root apt-get -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 -qq"
    if ! compgen -G "/var/lib/apt/lists/*_Packages*" >/dev/null; then
        say "apt-get update: this machine has no package lists yet"
        $apt update >&2
    fi
    # Lists may be older than the archive: a package that has gone is worth one update and one more try.
    $apt install -y --no-install-recommends "$@" >&2 || {
        say "apt-get update: the lists are older than the archive"
        $apt update >&2
        $apt install -y --no-install-recommends "$@" >&2
    }
}

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

install_packages() {
    local missing=() name why
    while IFS='|' read -r name why; do
        [ -n "$name" ] || continue
        installed "$name" && continue
        say "Debian package $name is missing: $why"
        missing+=("$name")
    done < <(packages_for "$purpose")
    [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
}

# ── Python and uv ───────────────────────────────────────────────────────────────────────────────

find_python() {
    local candidate
    for candidate in python3.13 python3.12 python3.11 python3; do
        # The interpreter's own path: what PATH has may be a shim, which uv takes for another Python.
        "$candidate" -c 'import sys
sys.exit(not (3, 11) <= sys.version_info < (3, 14) or print(sys.executable))' 2>/dev/null && return
    done
    stop "Python 3.11, 3.12 or 3.13 is needed; python3 here is: $(python3 --version 2>&1 || true)
  On Debian 12 or later, Ubuntu 24.04 or later:  sudo apt-get install python3"
}

has() { "$python" -c "import $1" 2>/dev/null; }

bring_uv() {
    if [ "$(.tools/bin/uv --version 2>/dev/null | cut -d' ' -f2)" = "$uv_version" ]; then return; fi
    say "uv $uv_version from PyPI into .tools: it installs exactly what uv.lock says"
    rm -rf .tools
    if ! has ensurepip && ! has pip; then
        say "Debian package python3-venv is missing: Python needs it to make an environment"
        apt_install python3-venv
    fi
    if has ensurepip; then
        "$python" -m venv .tools
        .tools/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version"
    else
        "$python" -m pip install --quiet --disable-pip-version-check --target .tools "uv==$uv_version"
    fi
}

# Debian's Python comes without the headers that a package built here needs; others have them.
bring_headers() {
    local header version
    read -r header version < <("$python" -c 'import sys, sysconfig
print(sysconfig.get_path("include") + "/Python.h", "%d.%d" % sys.version_info[:2])')
    if [ "$purpose" != test ] || [ -e "$header" ]; then return; fi
    say "Debian package python$version-dev is missing: tpm2-pytss is built with it"
    apt_install "python$version-dev"
}

bring_environment() {
    say "Python packages into .venv, for: $purpose"
    local quiet=--quiet
    [ ! -t 2 ] || quiet=
    # shellcheck disable=SC2046,SC2086  # the extras are words, and quiet is one or none
    UV_PYTHON="$python" .tools/bin/uv sync --frozen $quiet $(extras_for "$purpose")
}

# ── One stamp says what was brought last ────────────────────────────────────────────────────────

wanted() {
    cat uv.lock pyproject.toml .ci/setup.sh | sha256sum
    "$python" -c 'import sys; print(sys.version)'
}

python=$(find_python)
readonly python
stamp=.venv/.brought-for-$purpose
if [ ! -x .venv/bin/python ] || [ "$(cat "$stamp" 2>/dev/null)" != "$(wanted)" ]; then
    install_packages
    bring_headers
    bring_uv
    bring_environment
    wanted >"$stamp"
fi
