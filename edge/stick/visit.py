"""A stick visits the box: its orders are judged, applied in one step, and answered on the stick."""

from datetime import datetime

from edge.config import BoxPaths, Settings
from edge.durable import write_whole
from edge.errors import BadStick, Misconfigured
from edge.stick.labels import RECEIPT_TEXT, bundle_name, identity_name, receipt_name
from edge.stick.medium import MOST_FILES, Medium
from edge.stick.orders import Judgement, Standing, Verdict, judge
from edge.stick.words import receipt_text
from edge.sync.identity import AS_IT_COMES, load, read_trust
from edge.sync.letters import BoxIdentity, StickReceipt
from edge.sync.seal import seal


def visit(
    medium: Medium, paths: BoxPaths, *, now: datetime, settings: Settings = AS_IT_COMES
) -> Judgement:
    """Do what the stick asks, if it may ask, and leave the answer on it.

    The orders are in force before the answer is written: a stick pulled in between finds them
    in force at its next visit.

    Args:
        medium: the stick.
        paths: the box's state folder.
        now: the box's clock, for the receipt.
        settings: where the chip is, if one keeps the box's key.

    Raises:
        BadStick: the stick cannot be read, or takes no answer.
        Misconfigured: this box has no identity yet.
        KeyOutOfReach: a chip keeps its key, and signs no receipt; the words on the stick are
            written, and what they say is in force.
    """
    box = load(paths.identity, settings)
    judgement = _obey(medium, paths, box.device)
    introduction = BoxIdentity(device=box.device, public_key=box.public_key)
    medium.write_file(identity_name(box.device), introduction.model_dump_json().encode())
    medium.write_file(RECEIPT_TEXT, receipt_text(judgement, device=box.device, now=now))
    if judgement.verdict is not Verdict.INTRODUCED:
        receipt = _receipt(judgement, device=box.device, now=now)
        sealed = seal(receipt, signer=box.device, key=box.key)
        medium.write_file(receipt_name(box.device), sealed.model_dump_json().encode())
    return judgement


def _obey(medium: Medium, paths: BoxPaths, device: str) -> Judgement:
    """Read, judge, and put in force; what stands in the way is part of the answer."""
    names = medium.names()
    if len(names) > MOST_FILES:
        return Judgement(Verdict.CROWDED, f"more than {MOST_FILES} files in QULAQ")
    if bundle_name(device) not in {name.lower() for name in names}:
        return Judgement(Verdict.INTRODUCED, f"no {bundle_name(device)} in QULAQ")
    try:
        standing = Standing(
            device=device,
            trust=read_trust(paths.trust),
            letter=paths.bundle.read_bytes() if paths.bundle.exists() else None,
        )
        letter = medium.read_file(bundle_name(device))
        judgement = judge(letter, standing)
        if judgement.verdict is Verdict.APPLIED:
            paths.bundle.parent.mkdir(parents=True, exist_ok=True)
            write_whole(paths.bundle, letter)
    except Misconfigured as e:
        return Judgement(Verdict.UNTRUSTING, str(e))
    except BadStick as e:
        return Judgement(Verdict.UNREADABLE, str(e))
    except OSError as e:
        return Judgement(Verdict.UNKEPT, f"{paths.bundle}: {e.strerror}")
    return judgement


def _receipt(judgement: Judgement, *, device: str, now: datetime) -> StickReceipt:
    return StickReceipt(
        device=device,
        applied=judgement.verdict.is_obeyed,
        serial=0 if judgement.bundle is None else judgement.bundle.serial,
        reason=f"{judgement.verdict.value}: {judgement.reason}"[:500],
        written_at=now,
    )
