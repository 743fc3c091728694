"""The words boxes and central exchange; both ends read and write exactly these.

Every message that travels is a `Sealed` envelope around one of these models (see `seal.py`),
except the answers of central, which travel inside the connection that asked.
Unknown fields are errors: an old box must not half-understand a new letter.
"""

from collections.abc import Callable
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, StrictInt

CENTRAL = "central"  # how central signs; a box signs with its id

DeviceId = Annotated[str, Field(pattern=r"^qb-[0-9a-f]{16}$")]
Key = Annotated[str, Field(max_length=1024)]  # public key, PEM (SubjectPublicKeyInfo, P-256)
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]  # SHA-256, hex
RecordingId = Annotated[str, Field(min_length=1, max_length=64)]
ProfileName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
ScoreId = Annotated[str, Field(pattern=r"^score-[0-9a-f]{16}$")]
LARGEST = 2**31 - 1  # what every database keeps in an integer


class Message(BaseModel):
    """Frozen, and strict about names."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sealed(Message):
    """A letter and its signature: ECDSA P-256 over SHA-256 of the payload's UTF-8 bytes.

    The payload is kept as the exact text that was signed; it is never parsed and written again.
    """

    payload: str
    signer: str = Field(max_length=64)  # device id, or `CENTRAL`
    signature: str = Field(max_length=256)  # base64 of the DER signature


# ── From the box: what was heard ────────────────────────────────────────────────────────────────


class BoxTime(Message):
    """Where a record lies in the box's own time, which no network sets; the calendar comes later.

    Monotonic time counts from the start of a kernel and is never set. Samples count from the
    start of the hearing process's run, holes included.
    """

    kernel: UUID  # the kernel's run in which it ended
    since_kernel: UUID | None = Field(  # in which it began, where that was another: power was off
        default=None, exclude_if=lambda same: same is None
    )
    first: StrictInt = Field(ge=0)  # sample at which it begins
    end: StrictInt = Field(ge=0)  # sample before which it ends
    started_ns: StrictInt = Field(ge=0)  # monotonic, ns
    ended_ns: StrictInt = Field(ge=0)  # monotonic, ns


class Record(Message):
    """What every record carries: its natural key and when it was.

    The key is (device, boot, seq): the device signs the batch, `boot` names one run of the
    hearing process, `seq` counts from 1 within it without holes.

    While `clock_synced` is false and `box` is there, the instants are a guess: the record waits
    on the box until calendar time is known, and is told only then, with `uncertainty_ms`. If it is
    told with that and still not synced, the time will never be known: it lies in a run of the
    kernel that ended before the time came, and central counts its coverage as `clock_unknown`.
    """

    boot: UUID
    seq: StrictInt = Field(ge=1)
    input: str = Field(default="main", max_length=32)  # which input of the box, as provisioned
    started_at: AwareDatetime
    ended_at: AwareDatetime
    clock_synced: StrictBool  # is it known when this was?
    uncertainty_ms: StrictInt | None = Field(  # the instants are right within this, ms
        default=None, ge=0, le=LARGEST, exclude_if=lambda untold: untold is None
    )
    box: BoxTime | None = Field(default=None, exclude_if=lambda untold: untold is None)


class Alternative(Message):
    """Another recording of which the same stretch sounds the same."""

    recording_id: RecordingId
    reference_start_seconds: float = Field(ge=0)  # where in it the stretch begins, s
    speed: float = Field(gt=0.25, lt=4)  # played / recorded


class DetectionRecord(Record):
    """A recording was heard from `started_at` to `ended_at`.

    Where it has no alternatives, or nobody knows how it stood to voices, the words are those of
    boxes that told neither.
    """

    kind: Literal["detection"] = "detection"
    recording_id: RecordingId
    reference_start_seconds: float = Field(ge=0)  # where in the recording it began, s
    speed: float = Field(gt=0.5, lt=2)  # played / recorded
    confidence: float = Field(ge=0, le=1)
    catalogue_version: StrictInt = Field(ge=0)
    recipe: str = Field(max_length=64)
    alternatives: tuple[Alternative, ...] = Field(
        default=(), max_length=16, exclude_if=lambda none: not none
    )
    foreground: float | None = Field(  # share of it that nobody spoke over
        default=None, ge=0, le=1, exclude_if=lambda share: share is None
    )


class UnknownMusicRecord(Record):
    """Music was heard from `started_at` to `ended_at` that no recording of the catalogue explains.

    Boxes that listened before there was this kind of record never say it.
    """

    kind: Literal["unknown_music"] = "unknown_music"
    foreground: float = Field(ge=0, le=1)  # share of it that nobody spoke over
    catalogue_version: StrictInt = Field(ge=0)  # which did not know it; 0: there was none


class WorkRecord(Record):
    """A work was played live from `started_at` to `ended_at`, by the score that was followed.

    What a recording explains is told as a detection and never as this. Boxes that listened before
    works had scores never say it.
    """

    kind: Literal["work"] = "work"
    score_id: ScoreId
    from_seconds: float = Field(ge=0)  # of the score, where it began, s
    to_seconds: float = Field(ge=0)  # and where it ended; less than `from`: after a repeat
    confidence: float = Field(ge=0, le=1)
    catalogue_version: StrictInt = Field(ge=0)


CoverageState = Literal[
    "heard",
    "clipped",
    "behind",
    "lost",
    "silent_signal",
    "muted",
    "outside_schedule",
    "unplugged",
    "clock_unknown",
    "powered_off",
]
SignalFault = Literal[
    "digital_zero",
    "muted_mixer",
    "stuck",
    "below_floor",
    "clipping",
    "direct_current",
    "hum",
    "dead_channel",  # of a stereo source; what the other brings is heard
]


CardFault = Literal[
    "unplugged", "busy", "wrong_rate", "stalled", "ended", "refused", "stuck", "overflow", "dropped"
]


class Level(Message):
    """How loud it was meanwhile; a technician's figures, none of them lets sound be heard again."""

    peak_dbfs: float = Field(ge=-200, le=0)  # of the largest sample
    rms_dbfs: float = Field(ge=-200, le=0)  # a full-scale square wave is 0
    floor_dbfs: float = Field(ge=-200, le=0)  # RMS of the quietest second
    loudness_lufs: float | None = Field(  # None: nothing was above the gate of -70 LUFS
        default=None, ge=-70, le=20, exclude_if=lambda silent: silent is None
    )


class CoverageRecord(Record):
    """The box was in one state all that time; intervals of one input never overlap.

    `heard`             sound came, and was searched for music; a `fault` beside it is a warning
    `clipped`           it was too loud for the converter
    `behind`            the box was too slow for it
    `lost`              dropped by the card, or not yet understood when power failed
    `silent_signal`     something came from the card, but nothing from a hall
    `muted`             a switch at the box, or the mixer, was off
    `outside_schedule`  not listened to, for these are not the hours ordered
    `unplugged`         no frames came from the card
    `clock_unknown`     not listened to, for nobody knows whether these are the hours ordered
    `powered_off`       the hearing process did not run

    Why a card gave nothing, or too little, is its `cause`; boxes that knew none never say it.
    """

    kind: Literal["coverage"] = "coverage"
    state: CoverageState
    fault: SignalFault | None = Field(default=None, exclude_if=lambda none: none is None)
    cause: CardFault | None = Field(default=None, exclude_if=lambda untold: untold is None)
    step: Literal["rebind", "reboot"] | None = Field(  # what had been tried against that, and
        default=None, exclude_if=lambda untried: untried is None
    )
    attempt: StrictInt | None = Field(  # the how many eth such step it was since sound last came
        default=None, ge=1, le=LARGEST, exclude_if=lambda untried: untried is None
    )
    level: Level | None = Field(default=None, exclude_if=lambda untold: untold is None)


class HoleRecord(Record):
    """The box told these records once and its card has lost them, between the two instants.

    Boxes that kept no journal never say it.
    """

    kind: Literal["hole"] = "hole"
    lost_boot: UUID
    first: StrictInt = Field(ge=1)
    last: StrictInt | None = Field(default=None, ge=1)  # None: perhaps more after it, or runs


AnyRecord = Annotated[
    DetectionRecord | WorkRecord | UnknownMusicRecord | CoverageRecord | HoleRecord,
    Field(discriminator="kind"),
]


class Link(Message):
    """An unbroken stretch of a box's journal: records of one boot, from `first` to `last`.

    The hash after a record is SHA-256 of the hash before it and the SHA-256 of the record's words.
    """

    boot: UUID
    first: StrictInt = Field(ge=1)
    last: StrictInt = Field(ge=1)
    before: Digest  # where the chain stood before `first`
    head: Digest  # and after `last`


class DetectionBatch(Message):
    """Records of one device, in the order they were written; bounded.

    The chain says how those records hang together that were written to a journal.
    """

    wire: Literal[1] = 1
    device: DeviceId
    records: list[AnyRecord] = Field(min_length=1, max_length=500)
    chain: tuple[Link, ...] = Field(default=(), max_length=500, exclude_if=lambda links: not links)


class Rejection(Message):
    """A record central will never take, and why; the box keeps it and does not send it again."""

    boot: UUID
    seq: StrictInt
    reason: str


class BatchReceipt(Message):
    """Central's answer: every record of the batch is in exactly one of the three counts."""

    accepted: StrictInt = Field(ge=0)
    duplicates: StrictInt = Field(ge=0)  # had been accepted before, byte for byte
    rejected: list[Rejection] = []


class Span(Message):
    """Records of one boot, from `first` to `last`."""

    boot: UUID
    first: StrictInt = Field(ge=1, le=LARGEST)
    last: StrictInt = Field(ge=1, le=LARGEST)


class Inventory(Message):
    """What central has had of a box, as the box remembers; asked so that central may check it."""

    wire: Literal[1] = 1
    device: DeviceId
    delivered: tuple[Span, ...] = Field(max_length=500)


class Gaps(Message):
    """Central's answer: what it lacks of that, by number; the box sends it again."""

    missing: tuple[Span, ...] = Field(max_length=500)


class InputNow(Message):
    """How an input of the box is now: is a hall heard, and does the card keep it?

    `stopped`: its process has given no sign of life lately.
    """

    name: str = Field(max_length=32)
    state: CoverageState | Literal["stopped"]
    fault: SignalFault | None = None
    is_kept: StrictBool = True  # else what it hears is only in memory: the card takes nothing
    directions: StrictInt = Field(  # by which it listens; 0: by none
        default=0, ge=0, le=LARGEST, exclude_if=lambda none: not none
    )


class Handover(Message):
    """A box will sign with another key from now on; sealed by the one it has.

    The successor is a `BoxIdentity` with the box's name and the new key, sealed by that key.
    """

    wire: Literal[1] = 1
    device: DeviceId
    successor: Sealed


class Heartbeat(Message):
    """I am alive: what the box says about itself once in a while."""

    wire: Literal[1] = 1
    device: DeviceId
    said_at: AwareDatetime
    software: str = Field(max_length=32)
    catalogue_version: StrictInt = Field(ge=0)  # 0: none yet
    waiting: StrictInt = Field(ge=0)  # records not yet delivered
    last_heard_at: AwareDatetime | None  # end of the last second that was listened to
    source: str = Field(default="", max_length=200)  # what the hearing process listens to
    inputs_now: tuple[InputNow, ...] = Field(  # none: boxes of old, or a card that nobody asked
        default=(), max_length=8, exclude_if=lambda none: not none
    )


# ── To the box: what can be recognised ──────────────────────────────────────────────────────────


class Segment(Message):
    """One immutable file of the catalogue; its name is its content's."""

    name: str = Field(pattern=r"^[0-9a-f]{64}\.qseg$")
    size_bytes: StrictInt = Field(ge=0)
    sha256: Digest
    recordings: StrictInt = Field(ge=0)


class SiblingsFile(Message):
    """The file that says which recordings share sound; its name is its content's."""

    name: str = Field(pattern=r"^[0-9a-f]{64}\.qsib$")
    size_bytes: StrictInt = Field(ge=0)
    sha256: Digest


class WorksFile(Message):
    """The file of scores that works played live are followed by; its name is its content's."""

    name: str = Field(pattern=r"^[0-9a-f]{64}\.qwrk$")
    size_bytes: StrictInt = Field(ge=0)
    sha256: Digest
    scores: StrictInt = Field(ge=1)


CatalogueFile = Segment | SiblingsFile | WorksFile


class TimeTold(Message):
    """What time it is at the office; the nonce shows that it is not told from long ago."""

    wire: Literal[1] = 1
    nonce: str = Field(pattern=r"^[0-9a-f]{32}$")  # as the box said it
    at: AwareDatetime
    # Whose part of the catalogue the box shall have; left out: everything.
    profile: ProfileName | None = Field(default=None, exclude_if=lambda none: none is None)


class Manifest(Message):
    """What one version of the catalogue consists of; the catalogue's roles vouch for its bytes."""

    wire: Literal[1] = 1
    version: StrictInt = Field(ge=1)
    made_at: AwareDatetime
    recipe: str = Field(max_length=64)
    segments: list[Segment]
    # The same recordings in fewer files: a box takes whichever way brings it the fewer bytes.
    packed: list[Segment] = Field(default=[], max_length=4096, exclude_if=lambda none: not none)
    siblings: SiblingsFile | None = Field(default=None, exclude_if=lambda file: file is None)
    works: WorksFile | None = Field(default=None, exclude_if=lambda file: file is None)

    def to_bytes(self) -> bytes:
        """As it is vouched for, served and laid on the shelf."""
        return self.model_dump_json().encode()

    @property
    def ways(self) -> list[list[Segment]]:
        """The segments of this version, each way it can be had, the fewest files first."""
        return [way for way in (self.packed, self.segments) if way] or [[]]

    def way(self, has: Callable[[Segment], bool]) -> list[Segment]:
        """Of the ways to have it, the one that brings the fewest bytes to who has some."""

        def lacks(way: list[Segment]) -> int:
            return sum(one.size_bytes for one in way if not has(one))

        return min(self.ways, key=lacks)

    @property
    def besides(self) -> list[SiblingsFile | WorksFile]:
        """The files that a box must have besides segments."""
        return [file for file in (self.siblings, self.works) if file is not None]

    @property
    def files(self) -> list[CatalogueFile]:
        """All that central serves of this version."""
        segments = {one.name: one for one in [*self.segments, *self.packed]}
        return [*segments.values(), *self.besides]
