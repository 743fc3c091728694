#!/bin/bash
# Hears the same sounds on this processor and on an emulated aarch64, and compares. Usage: benchmarks/arm.sh FOLDER
#
# FOLDER holds a few sound files. Needs root and a Debian-like system. Makes a small aarch64 Debian in .cache/arm (200 MB,
# some minutes, once); its programs run under qemu-user, which binfmt_misc starts by itself.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly sounds=$(realpath "${1:?"which folder of sounds?"}")
readonly cache=$PWD/.cache/arm
readonly root=$cache/root
readonly registry=/proc/sys/fs/binfmt_misc

say() { printf '── %s\n' "$*" >&2; }

if [ ! -e $registry/qemu-aarch64 ]; then
    say "qemu-user-static and mmdebstrap: to run and to make a small aarch64 Debian"
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -qq qemu-user-static mmdebstrap arch-test >&2
    mountpoint -q $registry || mount -t binfmt_misc binfmt_misc $registry
    [ -e $registry/qemu-aarch64 ] || cat /usr/lib/binfmt.d/qemu-aarch64.conf >$registry/register
fi

if [ ! -x "$root/usr/bin/python3" ]; then
    say "a small aarch64 Debian in $root"
    mkdir -p "$cache"
    mirror=$(apt-cache policy | grep -oP 'https?://\S*debian/?(?= bookworm/main)' | head -1)
    mmdebstrap --mode=root --variant=minbase --arch=arm64 --include=python3 --dpkgopt=force-unsafe-io \
        bookworm "$root" "deb ${mirror:-http://deb.debian.org/debian} bookworm main"
fi

if [ ! -d "$root/opt/packages" ]; then
    say "the ear's packages for aarch64"
    .venv/bin/python -m ensurepip --upgrade >/dev/null 2>&1 || true
    .venv/bin/python -m pip install --quiet --no-compile --target "$root/opt/packages" --only-binary=:all: \
        --python-version 3.11 --platform manylinux_2_28_aarch64 --platform manylinux2014_aarch64 \
        --platform manylinux_2_17_aarch64 numpy numba soundfile cffi click
fi

rm -rf "$root/opt/sounds" "$root/opt/house" "$root/opt/here" "$cache/here" "$root/opt/there"
mkdir -p "$root/opt/house"
cp -r "$sounds" "$root/opt/sounds"
cp -r edge benchmarks "$root/opt/house/"

say "here"
.venv/bin/python -m benchmarks.same write "$sounds" "$cache/here"
cp -r "$cache/here" "$root/opt/here"
say "there: some minutes, most of it compiling"
chroot "$root" /usr/bin/env PYTHONPATH=/opt/packages:/opt/house NUMBA_CACHE_DIR=/tmp/numba \
    python3 -m benchmarks.same write /opt/sounds /opt/there --prints /opt/here
.venv/bin/python -m benchmarks.same compare "$cache/here" "$root/opt/there"
