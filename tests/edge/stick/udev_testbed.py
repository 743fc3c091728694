"""A make-believe /sys and /dev with a USB stick that comes and goes (umockdev, through ctypes).

Runs as a program of its own under umockdev-wrapper: prints the make-believe root, then obeys
one JSON line at a time and answers each with a line. Programs started with UMOCKDEV_DIR set to
that root, under umockdev-wrapper too, see its devices and get its events.
"""

import ctypes
import json
import sys
from pathlib import Path

USB = "/devices/pci0000:00/0000:00:14.0/usb1/1-2"
DISK = f"{USB}/1-2:1.0/host6/target6:0:0/6:0:0:0/block/sda"
PARTITION = f"{DISK}/sda1"

_USB_DEVICE = f"""P: {USB}
E: DEVTYPE=usb_device
E: ID_BUS=usb
E: SUBSYSTEM=usb
A: serial=4C530001\\n
"""
_DISK = f"""P: {DISK}
N: sda
E: DEVNAME=/dev/sda
E: DEVTYPE=disk
E: ID_BUS=%s
E: SUBSYSTEM=block
A: removable=%s\\n
"""
_PARTITION = f"""P: {PARTITION}
N: sda1
E: DEVNAME=/dev/sda1
E: DEVTYPE=partition
E: ID_BUS=%s
E: ID_MODEL=Ultra
E: ID_SERIAL_SHORT=4C530001
E: SUBSYSTEM=block
"""


class UdevTestbed:
    """Devices come and go here."""

    def __init__(self):
        self._library = ctypes.CDLL("libumockdev.so.0")
        pointer, text = ctypes.c_void_p, ctypes.c_char_p
        self._library.umockdev_testbed_new.restype = pointer
        self._library.umockdev_testbed_get_root_dir.restype = text
        self._library.umockdev_testbed_get_root_dir.argtypes = [pointer]
        self._library.umockdev_testbed_add_from_string.argtypes = [pointer, text, pointer]
        self._library.umockdev_testbed_uevent.argtypes = [pointer, text, text]
        self._library.umockdev_testbed_set_property.argtypes = [pointer, text, text, text]
        self._library.umockdev_testbed_remove_device.argtypes = [pointer, text]
        self._objects = ctypes.CDLL("libgobject-2.0.so.0")
        self._objects.g_object_unref.argtypes = [pointer]
        self._testbed = self._library.umockdev_testbed_new()
        self.root = self._library.umockdev_testbed_get_root_dir(self._testbed).decode()
        self._add(_USB_DEVICE)

    def plug_in(self, *, image, label, kind, bus, removable, plugged_at):
        """A stick whose only partition, /dev/sda1, holds the bytes of `image`."""
        for text in (_DISK % (bus, removable), _PARTITION % bus):
            self._add(text)
        (Path(self.root) / "dev" / "sda1").write_bytes(Path(image).read_bytes())
        # As with real sticks, the file system becomes known after the partition.
        found = {"ID_FS_TYPE": kind, "ID_FS_LABEL": label, "USEC_INITIALIZED": plugged_at}
        for name, value in found.items():
            self._library.umockdev_testbed_set_property(
                self._testbed, _sys(PARTITION), name.encode(), str(value).encode()
            )
        self._library.umockdev_testbed_uevent(self._testbed, _sys(PARTITION), b"change")

    def pull_out(self):
        """The stick is gone, and with it its nodes."""
        # One event, since a socket whose reader is slow takes but ten of them.
        self._library.umockdev_testbed_uevent(self._testbed, _sys(PARTITION), b"remove")
        for path in (PARTITION, DISK):
            self._library.umockdev_testbed_remove_device(self._testbed, _sys(path))
            # umockdev leaves this link behind and stops at it when the stick comes back.
            (Path(self.root) / "sys" / "block" / Path(path).name).unlink(missing_ok=True)

    def hint(self):
        """An event that says nothing new."""
        self._library.umockdev_testbed_uevent(self._testbed, _sys(PARTITION), b"change")

    def close(self):
        """Remove the make-believe root."""
        self._objects.g_object_unref(self._testbed)

    def _add(self, text):
        error = ctypes.c_void_p()
        added = self._library.umockdev_testbed_add_from_string(
            self._testbed, text.encode(), ctypes.byref(error)
        )
        if not added:
            raise ValueError(f"umockdev does not take this device:\n{text}")


def _sys(path):
    return f"/sys{path}".encode()


def _obey():
    testbed = UdevTestbed()
    _say(testbed.root)
    for line in sys.stdin:
        order = json.loads(line)
        getattr(testbed, order.pop("do"))(**order)
        _say("done")
    testbed.close()


def _say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _obey()
