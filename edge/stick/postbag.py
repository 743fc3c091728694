"""The post that a stick carries: what came for the box is laid down, what shall go is picked up.

Who serves sticks can read neither what was heard nor what is closed: it moves bytes, and bounds
them.
"""

import time
from collections.abc import Callable

from pydantic import ValidationError

from edge.durable import sync_folder
from edge.errors import BadStick
from edge.stick.labels import answer_name, post_name
from edge.stick.medium import Medium
from edge.stick.words import Exchanged
from edge.sync.post import ANSWER_BYTES, POST_BYTES, Folder, Parcel
from edge.sync.wire import Sealed

_LOOK_SECONDS = 0.2


def exchange(
    medium: Medium,
    folder: Folder,
    *,
    device: str,
    patience_seconds: float,
    pause: Callable[[float], object] = time.sleep,
) -> Exchanged:
    """Give the box the answer on a stick, and the stick the box's post.

    Args:
        medium: the stick.
        folder: what lies between us and who speaks.
        device: whose post.
        patience_seconds: how long who speaks is waited for.
        pause: waits some seconds; whether to give up.

    Raises:
        BadStick: the stick cannot be read or written.
        OSError: the folder cannot be written.
    """
    folder.path.mkdir(exist_ok=True)
    folder.outgoing.unlink(missing_ok=True)
    brought = answer_name(device) in {name.lower() for name in medium.names()}
    if brought:
        _lay_down(medium, folder, answer_name(device))
    folder.wanted.touch()
    for _ in range(int(patience_seconds / _LOOK_SECONDS)):
        if not folder.wanted.exists():
            return Exchanged(_pick_up(medium, folder, post_name(device)), brought)
        if pause(_LOOK_SECONDS):
            break
    folder.wanted.unlink(missing_ok=True)
    return Exchanged(None, brought)


def _lay_down(medium: Medium, folder: Folder, name: str) -> None:
    draft = folder.path / ".answer.part"
    with draft.open("wb") as file:
        for piece in medium.pieces(name, limit=ANSWER_BYTES):
            file.write(piece)
    draft.replace(folder.answer)
    sync_folder(folder.path)


def _pick_up(medium: Medium, folder: Folder, name: str) -> Parcel:
    with folder.outgoing.open("rb") as file:
        content = file.read(POST_BYTES + 1)
    if len(content) > POST_BYTES:
        raise BadStick(f"a post of more than {POST_BYTES} bytes is not carried")
    medium.write_file(name, content)
    folder.outgoing.unlink(missing_ok=True)
    first = content.partition(b"\n")[0]
    try:
        return Parcel.model_validate_json(Sealed.model_validate_json(first).payload)
    except ValidationError as e:
        raise BadStick(f"who speaks laid down no post: {e.error_count()} faults") from e
