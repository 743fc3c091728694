"""Who witnesses the log: a trust policy in the form that other tools for such logs read.

Source:
    C2SP tlog-policy.
"""

from dataclasses import dataclass
from pathlib import Path

from central.errors import Unready
from central.transparency.notes import COSIGNS, Verifier, verifier_of


@dataclass(frozen=True, slots=True)
class Witness:
    """One who is asked to cosign; `url` is the address its calls begin with."""

    key: Verifier
    url: str


def witnesses_in(path: Path) -> list[Witness]:
    """The witnesses a policy names with an address; a missing file names none.

    Raises:
        Unready: the file cannot be read, or a witness in it has no proper key or address.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as e:
        raise Unready(f"the witnesses of the log, {path}: {e}") from e
    return [_witness(path, line.split()) for line in lines if line.split()[:1] == ["witness"]]


def _witness(path: Path, words: list[str]) -> Witness:
    if len(words) != 4 or not words[3].startswith(("https://", "http://")):
        raise Unready(f"{path}: {' '.join(words)!r} is not `witness NAME KEY URL`")
    key = verifier_of(words[2])
    if key.kind != COSIGNS:
        raise Unready(f"{path}: the key of {words[1]} is not a witness's")
    return Witness(key, words[3].rstrip("/"))
