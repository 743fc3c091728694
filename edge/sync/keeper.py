"""What keeps the box's key: a file, a TPM 2.0, or a Raspberry Pi's firmware.

The setting `key_store` says what keeps the next key that is made. Which of them keeps a key that
is there is said by its own file, so that a setting that was changed makes no box lose its name.
"""

from grp import getgrgid
from pathlib import Path

from edge.config import Settings
from edge.errors import KeyOutOfReach
from edge.sync import firmware, tpm
from edge.sync.seal import Signer, load_private, new_key, private_pem


def make(settings: Settings) -> bytes:
    """Make a key, or find the one there is; what is written down of it.

    Raises:
        KeyOutOfReach: the chip that shall keep it is missing, busy or locked.
        Misconfigured: what speaks to such a chip is not installed.
    """
    if settings.key_store == "tpm2":
        return tpm.new_tpm_key(settings.tpm_device)
    if settings.key_store == "raspberry-pi":
        return firmware.new_firmware_key()
    return private_pem(new_key())


def opened(written: bytes, settings: Settings) -> Signer:
    """The key that was written down; no chip is asked before it shall sign.

    Raises:
        BadSeal: torn, or no such key.
    """
    if tpm.MARK in written:
        return tpm.TpmKey(written, settings.tpm_device)
    if firmware.MARK in written:
        return firmware.FirmwareKey(written)
    return load_private(written)


def place_of(key: Signer) -> str:
    """Where a key is kept, in words."""
    places = {"tpm2": "in a TPM 2.0", "raspberry-pi": "in a Raspberry Pi's firmware"}
    return places.get(_store_of(key), "in a file")


def rights(settings: Settings, key: Signer | None) -> str:
    """What the unit of a process that signs must be given beyond its own: a drop-in for systemd.

    Args:
        settings: what shall keep the next key.
        key: the one the box has, which another chip may keep until the next has followed it.

    Returns:
        Nothing, where no chip is needed.

    Raises:
        KeyOutOfReach: the device of the next key's chip is not there, or belongs to root alone.
    """
    wanted, has = (_device_of(one, settings) for one in (settings.key_store, _store_of(key)))
    if has is not None and not has.exists():
        has = None  # its chip is dead: nothing can be given
    devices = dict.fromkeys(one for one in (wanted, has) if one is not None)
    if not devices:
        return ""
    # Where a device is gone a unit still starts, and says so itself.
    given = "".join(
        f"BindPaths=-{device}\nDeviceAllow={device} rw\nSupplementaryGroups={_group_of(device)}\n"
        for device in devices
    )
    return (
        "# Written by install-box.sh: the chip that keeps the box's key, for who signs with it.\n"
        f"[Service]\n{given}"
    )


def _store_of(key: Signer | None) -> str:
    if isinstance(key, tpm.TpmKey):
        return "tpm2"
    return "raspberry-pi" if isinstance(key, firmware.FirmwareKey) else "file"


def _device_of(store: str, settings: Settings) -> Path | None:
    """The device a box signs through; None: it needs none."""
    if store == "tpm2":
        # what is not a device is reached otherwise, and such a TPM is only a program
        return Path(settings.tpm_device) if settings.tpm_device.startswith("/") else None
    if store == "raspberry-pi":
        return next((one for one in firmware.DEVICES if one.exists()), firmware.DEVICES[-1])
    return None


def _group_of(device: Path) -> str:
    try:
        group = getgrgid(device.stat().st_gid).gr_name
    except (OSError, KeyError) as e:
        raise KeyOutOfReach(
            f"{device}, by which the box shall sign, is not there: is the chip plugged in and its "
            "driver loaded? Otherwise write another key_store"
        ) from e
    if group == "root":
        raise KeyOutOfReach(
            f"{device} belongs to root alone, and the box signs as another user; for a TPM, "
            "apt-get install tpm-udev gives it to the group tss"
        )
    return group
