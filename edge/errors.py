"""What can go wrong on the box.

QulaqError
├── Misconfigured   a setting is missing, unknown or out of range; a person must edit it
├── Deaf            no sound can be had from the source named; the cable, the card or the file
├── BadCatalogue    a catalogue file is torn, foreign or of another recipe; fetch it again
├── BadSeal         a signed statement is not what its signer said, or the signer is not trusted
├── KeyOutOfReach   the chip that keeps the box's key is missing, busy, locked or another one
├── BadPacking      what came packed is torn, or larger than it may be; send it again
├── BadStick        what is on the stick is not for this box, or not readable
├── Unwritable      the card takes nothing more: full, read-only or dying; a person must look
│   └── Torn        the outbox contradicts itself; it is set aside and built anew from the journal
├── Undoable        what was asked of the machine itself cannot or may not be done
├── Unreachable     central did not answer; try later
│   └── Busy        central asked to be left alone for a while; try after that
├── Refused         central answered no; a person must look
└── SelfTestFailed  this machine does not hear what it should; do not hang it in a hall
"""


class QulaqError(Exception):
    """Anything Qulaq raises on purpose; its text says what happened and with which value."""


class Misconfigured(QulaqError):
    """A setting is missing, unknown or out of range."""


class Deaf(QulaqError):
    """No sound can be had from the source that was named."""


class BadCatalogue(QulaqError):
    """A catalogue file is torn, foreign, or made by another recipe."""


class BadSeal(QulaqError):
    """A signature does not fit, or its signer is not the one trusted."""


class KeyOutOfReach(QulaqError):
    """The chip that keeps the box's key gives no signature; its text says what to do."""


class BadPacking(QulaqError):
    """What came packed is torn, or larger than it may be."""


class BadStick(QulaqError):
    """What is on the stick is unreadable, too large, or not meant for this box."""


class Unwritable(QulaqError):
    """The outbox or the shelf cannot be used: the card is full, read-only, or dying."""


class Torn(Unwritable):
    """The outbox's database contradicts itself: the card has lost pages of it."""


class Undoable(QulaqError):
    """What was asked of the machine itself cannot be done, or may not."""


class Unreachable(QulaqError):
    """Central did not answer: the network, the name or the server. Try later."""


class Busy(Unreachable):
    """Central asked to be left alone for a while."""

    def __init__(self, message: str, wait_seconds: float) -> None:
        """Say what happened, and how many seconds central asked for (0: it did not say)."""
        super().__init__(message)
        self.wait_seconds = wait_seconds


class Refused(QulaqError):
    """Central answered, and the answer was no. A person must look."""


class SelfTestFailed(QulaqError):
    """This machine does not hear what it should; do not hang it in a hall."""
