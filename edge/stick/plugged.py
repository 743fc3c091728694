"""Which sticks are plugged in right now, as udev knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyudev

from edge.stick.blank import LABEL


@dataclass(frozen=True, slots=True)
class Stick:
    """A FAT file system on a removable USB disk."""

    node: Path  # such as /dev/sda1
    label: str
    maker: str
    serial: str
    plugged_at: str  # udev's own stamp; tells one plugging-in from the next on the same node

    @property
    def is_ours(self) -> bool:
        """Is it meant for boxes at all?"""
        return self.label == LABEL


def plugged(context: pyudev.Context) -> list[Stick]:
    """Every removable USB disk or partition that carries a FAT file system, by node."""
    found = (
        _stick(device.device_node, device.properties, is_removable=_is_removable(device))
        for device in context.list_devices(subsystem="block")
    )
    return sorted((stick for stick in found if stick), key=lambda stick: stick.node)


def _stick(node: str | None, properties: Mapping[str, str], *, is_removable: bool) -> Stick | None:
    is_usb = properties.get("ID_BUS") == "usb"
    if not (node and is_usb and is_removable and properties.get("ID_FS_TYPE") == "vfat"):
        return None
    return Stick(
        node=Path(node),
        label=properties.get("ID_FS_LABEL", ""),
        maker=properties.get("ID_MODEL", ""),
        serial=properties.get("ID_SERIAL_SHORT", ""),
        plugged_at=properties.get("USEC_INITIALIZED", ""),
    )


def _is_removable(device: pyudev.Device) -> bool:
    disk = device if device.device_type == "disk" else device.find_parent("block", "disk")
    return disk is not None and disk.attributes.get("removable") == b"1"
