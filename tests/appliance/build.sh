#!/bin/bash
# Builds the virtual machine in which the box is tried: Debian, its stock kernel with the modules we need, and Qulaq
# put there by the technician's own script. Usage: build.sh FOLDER (makes FOLDER/kernel, initrd, disk)
#
# Root and the Debian packages of `.ci/setup.sh appliance`. What does not change with our code (Debian's tree, the
# Python packages) is kept in FOLDER/.. and made once.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
keep=$(dirname "$out")
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
readonly out keep suite
[ "$(id -u)" = 0 ] || { echo "✗ building the virtual machine needs root: sudo make appliance" >&2; exit 1; }

say() { printf '── %4d s  %s\n' "$SECONDS" "$*" >&2; }

# Packages of the box, and what the tests need beside them.
readonly packages=systemd,systemd-sysv,dbus,udev,kmod,libportaudio2,alsa-utils,python3,python3-venv,iproute2,dmsetup,e2fsprogs,ca-certificates
# Drivers: the virtual machine's, the USB microphone and stick, the watchdog, failing disks.
readonly drivers="virtio_pci virtio_blk virtio_net virtio_console virtio_rng virtio_scsi sd_mod ext4 crc32c_generic
    crc32c_intel autofs4 configfs fuse af_packet xhci_pci xhci_hcd usb_storage vfat nls_cp437 nls_ascii nls_utf8
    vhci_hcd snd_usb_audio snd_pcm i6300esb dm_mod dm_flakey loop ledtrig_timer"
readonly early="virtio_pci virtio_blk crc32c_generic ext4" # before there is a root file system

debian_tree() { # the folder to fill
    say "Debian $suite"
    mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" \
        --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --aptopt='Acquire::Languages "none"' --aptopt='Apt::Install-Recommends "false"' \
        --customize-hook='chroot "$1" sh -c "mkdir /kernel && cd /kernel && apt-get -qq download \
            \$(apt-cache depends linux-image-amd64 | sed -n \"s/.*Depends: \\(linux-image-[0-9]\\)/\\1/p\" | head -1)"' \
        "$suite" "$1" "$(mirror)"
}

mirror() { # the machine's own, so that nothing is asked of another
    local uri
    uri=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null \
        | sed -nE 's/^(deb( \[[^]]*\])? |URIs: *)(https?:[^ ]*debian)\/? ?.*/\3/p' | head -1)
    echo "deb ${uri:-http://deb.debian.org/debian} $suite main"
}

kernel_of() { # tree: the kernel outside, of its modules only what we use
    local tree=$1 all version
    all=$(mktemp -d -p "$keep")
    dpkg-deb -x "$tree"/kernel/*.deb "$all"
    rm -r "$tree/kernel"
    version=$(ls "$all/lib/modules")
    say "kernel $version"
    depmod -b "$all" "$version"
    local wanted
    # shellcheck disable=SC2086  # words
    wanted=$(modprobe -d "$all" -S "$version" --show-depends --all $drivers 2>/dev/null | sed -n 's/^insmod //p' | sort -u)
    (cd "$all" && for module in $wanted; do echo "./${module#"$all"/}"; done | cpio --quiet -pdm "$tree")
    cp "$all/lib/modules/$version"/modules.{order,builtin,builtin.modinfo} "$tree/lib/modules/$version/"
    depmod -b "$tree" "$version"
    python3 "$here/unpack_kernel.py" "$all/boot/vmlinuz-$version" "$tree/../kernel"
    rm -rf "$all"
}

initrd_of() { # tree: busybox, the drivers of the disk, and the way to the real root
    local tree=$1 small version module
    small=$(mktemp -d -p "$keep")
    version=$(ls "$tree/lib/modules")
    mkdir -p "$small"/{bin,dev,proc,sys,system,lib}
    cp /bin/busybox "$small/bin/"
    # shellcheck disable=SC2086  # words
    modprobe -d "$tree" -S "$version" --show-depends --all $early 2>/dev/null | sed -n 's/^insmod //p' \
        | awk '!seen[$1]++' >"$small/order"
    while read -r module; do unpacked "$module" >"$small/lib/$(basename "${module%.ko*}").ko"; done <"$small/order"
    sed -i -E 's#.*/([^/]*)\.ko.*#\1.ko#' "$small/order"
    cat >"$small/init" <<'INIT'
#!/bin/busybox sh
busybox() { /bin/busybox "$@"; }
busybox mount -t devtmpfs none /dev
busybox mount -t proc none /proc
busybox mount -t sysfs none /sys
while read module; do busybox insmod /lib/$module; done < /order
until [ -b /dev/vda ]; do busybox usleep 20000; done
busybox mount -t ext4 -o noatime /dev/vda /system
busybox umount /sys /proc
busybox mount --move /dev /system/dev
exec /bin/busybox switch_root /system /sbin/init
INIT
    chmod +x "$small/init"
    (cd "$small" && find . | cpio --quiet -o -H newc) >"$tree/../initrd"
    rm -rf "$small"
}

unpacked() { # a module, whatever Debian packed it with
    case $1 in
        *.xz) xz -dc "$1" ;;
        *.zst) zstd -qdc "$1" ;;
        *) cat "$1" ;;
    esac
}

inside() { # tree, command…: in the tree, with this machine's network and package caches
    local tree=$1
    shift
    unshare --mount bash -euc '
        tree=$1; shift
        mount -t proc proc "$tree/proc"; mount --rbind /dev "$tree/dev"
        cp /etc/resolv.conf "$tree/etc/resolv.conf"; cp /etc/hosts "$tree/etc/hosts"
        cp /etc/ssl/certs/ca-certificates.crt "$tree/etc/ssl/certs/"
        mkdir -p "$tree/src" "$tree/root/.cache/uv" "$1"
        mount --bind "$2" "$tree/src"; mount --bind "$1" "$tree/root/.cache/uv"
        shift 2; exec chroot "$tree" env UV_LINK_MODE=copy UV_NO_CONFIG=1 HOME=/root "$@"' \
        inside "$tree" "$keep/uv" "$source" "$@"
}

furnish() { # tree: what makes it a machine that a test can talk to
    local tree=$1
    echo box >"$tree/etc/hostname"
    echo 00000000000000000000000000517ac5 >"$tree/etc/machine-id"
    echo '/dev/vda / ext4 defaults,noatime 0 0' >"$tree/etc/fstab"
    printf '[Match]\nMACAddress=52:54:00:00:02:01\n[Network]\nAddress=10.0.2.15/24\nGateway=10.0.2.2\n' \
        >"$tree/etc/systemd/network/10-hall.network"
    printf '[Match]\nMACAddress=52:54:00:00:03:01\n[Network]\nAddress=10.0.3.15/24\n' \
        >"$tree/etc/systemd/network/20-bench.network"
    mkdir -p "$tree/etc/systemd/journald.conf.d"
    printf '[Journal]\nStorage=persistent\nSyncIntervalSec=1s\n' >"$tree/etc/systemd/journald.conf.d/test.conf"
    printf '%s\n' i6300esb vhci-hcd snd-usb-audio >"$tree/etc/modules-load.d/test.conf"
    # A socket's name, as docs/operating.md has a technician give it; here it is USB over IP.
    echo 'ACTION=="add", SUBSYSTEM=="sound", KERNEL=="card[0-9]*", KERNELS=="vhci_hcd.0", ATTR{id}="hall"' \
        >"$tree/etc/udev/rules.d/80-test.rules"
    # The outbox lies on a card of its own, whose faults can be switched on.
    cat >"$tree/etc/systemd/system/card.service" <<'UNIT'
[Unit]
Description=The card that the tests wear out, through a layer that can fail
DefaultDependencies=no
After=systemd-remount-fs.service
Before=local-fs.target systemd-tmpfiles-setup.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -ec 'modprobe -a dm_mod dm_flakey; DM_DISABLE_UDEV=1 dmsetup create card --table "0 $(blockdev --getsz /dev/vdb) linear /dev/vdb 0"; mkdir -p /var/lib/qulaq/outbox; mount /dev/mapper/card /var/lib/qulaq/outbox'
[Install]
WantedBy=local-fs.target
UNIT
    install -Dm755 "$here/agent.py" "$tree/usr/local/lib/agent.py"
    cat >"$tree/etc/systemd/system/agent.service" <<'UNIT'
[Unit]
Description=The hand of the tests in this machine
[Service]
ExecStart=/usr/bin/python3 -u /usr/local/lib/agent.py
Restart=always
[Install]
WantedBy=multi-user.target
UNIT
    systemctl --quiet --root="$tree" enable agent.service card.service systemd-networkd.service 2>/dev/null
    systemctl --quiet --root="$tree" mask getty@tty1.service serial-getty@ttyS0.service e2scrub_reap.service \
        systemd-networkd-wait-online.service proc-sys-fs-binfmt_misc.automount systemd-binfmt.service systemd-timesyncd.service systemd-pstore.service apt-daily.timer \
        apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer 2>/dev/null
}

# ── What the project consists of, as it is here and now ──
source=$(mktemp -d -p "$keep")
trap 'rm -rf "$source"' EXIT
cp -r "$project"/{edge,central,provisioning,verifier,systemd,pyproject.toml,uv.lock,README.md} "$source/"
mkdir -p "$source/.tools/bin" "$keep/uv"
cp "$project/.tools/bin/uv" "$source/.tools/bin/"

# Everything that goes into Debian's tree before Qulaq does; the rest of this file may change freely.
foundation=$keep/foundation-$(declare -p packages drivers early suite | cat - "$here/unpack_kernel.py" \
    <(declare -f debian_tree kernel_of initrd_of) | sha256sum | cut -c1-12)
if [ ! -e "$foundation/done" ]; then
    rm -rf "$keep"/foundation-*
    mkdir -p "$foundation"
    debian_tree "$foundation/tree"
    kernel_of "$foundation/tree"
    initrd_of "$foundation/tree"
    rm -rf "$foundation/tree"/var/lib/apt/lists/* "$foundation/tree"/var/cache/apt/*
    touch "$foundation/done"
fi
say "a copy of that Debian, and Qulaq put into it as a technician would"
rm -rf "$out/tree"
cp -a "$foundation/tree" "$out/tree"
furnish "$out/tree"
inside "$out/tree" bash /src/systemd/install-box.sh
rmdir "$out/tree/src"
cp "$foundation/kernel" "$foundation/initrd" "$out/"
rm -f "$out/disk"
truncate -s 2G "$out/disk"
mkfs.ext4 -qF -d "$out/tree" -E lazy_itable_init=0,lazy_journal_init=0 "$out/disk"
rm -rf "$out/tree"
say "the machine is ready: $(du -h --apparent-size "$out/disk" | cut -f1), of them used $(du -h "$out/disk" | cut -f1)"
