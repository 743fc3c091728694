#!/bin/bash
# Makes this machine a box, or brings a box to this release: program, users, rooms, units, compiled ear.
#
#   sudo systemd/install-box.sh [--trust central.pem]
#
# Takes Debian 12 or later or Raspberry Pi OS (64 bit), Python 3.11 to 3.13, libportaudio2, and uv on PATH or
# in .tools/bin. Everything goes to /opt/qulaq, /etc and /var/lib/qulaq; a second run changes only what differs.
# The box's key and what it heard are never touched.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly program=/opt/qulaq state=/var/lib/qulaq
trust=
case ${1:-} in
    "") ;;
    --trust) trust=${2:?"--trust needs a file: central's public key, as qulaq-central key prints it"} ;;
    *) echo "unknown argument '$1'; usage: sudo systemd/install-box.sh [--trust central.pem]" >&2; exit 2 ;;
esac

say() { printf '── %s\n' "$*" >&2; }
stop() { printf '✗ %s\n' "$*" >&2; exit 1; }

# A sign of life every ten seconds is 512 bytes, and changes the time of its file: ext4 would write that to its own
# journal each time, 13 kB. What must survive a power cut is synced by the box itself, whatever is set here.
spare_card() {
    local device type
    read -r device type < <(findmnt -no SOURCE,FSTYPE --target $state)
    [ "$type" = ext4 ] && [ -b "$device" ] || return 0
    tune2fs -E mount_opts=commit=600 "$device" >/dev/null # as it is mounted from now on …
    mount -o remount,commit=600 "$(findmnt -no TARGET --target $state)" # … and now
}

# A chip may keep the box's key: then who signs with it is given its device, and nobody else; else nobody.
give_chip() {
    local unit rights
    rights=$($program/bin/qulaq-edge chip-rights --home $state --config /etc/qulaq/box.toml) \
        || stop "see key_store in /etc/qulaq/box.toml"
    for unit in speak stick; do
        if [ -n "$rights" ]; then
            install -Dm644 /dev/stdin "/etc/systemd/system/qulaq-$unit.service.d/chip.conf" <<< "$rights"
        else
            rm -f "/etc/systemd/system/qulaq-$unit.service.d/chip.conf"
        fi
    done
}

[ "$(id -u)" = 0 ] || stop "this needs root: sudo $0 $*"
ldconfig -p | grep -q libportaudio || stop "PortAudio is missing: apt-get install libportaudio2"
uv=$(command -v uv || echo "$PWD/.tools/bin/uv")
[ -x "$uv" ] || stop "uv is missing: make setup brings it, or: pip install uv"

# The library for TPMs has no wheels: where such a chip keeps the key, or shall keep the next, it is built here.
extras=(--extra edge)
if grep -qsE '^[[:space:]]*key_store[[:space:]]*=[[:space:]]*.tpm2' /etc/qulaq/box.toml \
    || grep -qs 'BEGIN TSS2 PRIVATE KEY' $state/keys/identity.pem; then
    [ -e /usr/include/tss2/tss2_esys.h ] \
        || stop "key_store = \"tpm2\" needs: apt-get install libtss2-dev pkg-config gcc python3-dev"
    extras+=(--extra tpm)
fi

say "the program into $program, exactly as uv.lock says, without the office"
[ -x $program/bin/python ] || UV_PYTHON_DOWNLOADS=never "$uv" venv --quiet $program
VIRTUAL_ENV=$program "$uv" sync --active --frozen --quiet --no-dev --no-editable --reinstall-package qulaq \
    --compile-bytecode "${extras[@]}"

say "users, rooms, units, and which device belongs to whom"
install -Dm644 -t /etc/sysusers.d systemd/sysusers.d/qulaq.conf
install -Dm644 -t /etc/tmpfiles.d systemd/tmpfiles.d/qulaq.conf
install -Dm644 -t /etc/systemd/system.conf.d systemd/system.conf.d/qulaq.conf
install -Dm644 -t /etc/udev/rules.d systemd/udev/rules.d/70-qulaq.rules
install -Dm644 -t /etc/systemd/system/qulaq-.service.d systemd/system/qulaq-.service.d/fences.conf
install -Dm644 -t /etc/systemd/system/qulaq-hear.service.d systemd/system/qulaq-hear.service.d/rights.conf
for unit in hear.service speak.service stick.service status.service orders.service orders.path \
    recover.service recover.path; do
    install -Dm644 -t /etc/systemd/system "systemd/system/qulaq-$unit"
done
systemd-sysusers
systemd-tmpfiles --create qulaq.conf

say "the ear, compiled for this release"
$program/bin/qulaq-edge compile --into $program/ear >&2

# Settings are the technician's: a file that is there is checked, never changed.
[ -e /etc/qulaq/box.toml ] || $program/bin/qulaq-edge check-config | install -Dm644 /dev/stdin /etc/qulaq/box.toml
$program/bin/qulaq-edge check-config /etc/qulaq/box.toml >&2 || stop "correct /etc/qulaq/box.toml and run this again"

give_chip

if [ -n "$trust" ]; then
    say "the box's key, and whom it obeys"
    $program/bin/qulaq-edge identity --home $state --config /etc/qulaq/box.toml --trust "$trust"
    systemd-tmpfiles --create qulaq.conf # again: now the key exists, and gets its group
fi

systemctl enable --quiet qulaq-stick qulaq-hear qulaq-speak qulaq-status qulaq-orders.path qulaq-recover.path
if [ -d /run/systemd/system ]; then
    spare_card
    udevadm control --reload
    systemctl daemon-reexec # the watchdog is the manager's own
    udevadm trigger --action=add --subsystem-match=leds
    systemctl restart qulaq-stick qulaq-hear qulaq-speak qulaq-status qulaq-orders.path qulaq-recover.path
fi
say "done: qulaq-edge status --home $state says how the box is"
