"""What can go wrong on the box.

QulaqError
├── Misconfigured   a setting is missing, unknown or out of range; a person must edit it
├── Deaf            no sound can be had from the source named; the cable, the card or the file
├── BadCatalogue    a catalogue file is torn, foreign or of another recipe; fetch it again
├── BadSeal         a signed statement is not what its signer said, or the signer is not trusted
├── BadStick        what is on the stick is not for this box, or not readable
├── Unreachable     central did not answer; try later
└── Refused         central answered no; a person must look
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


class BadStick(QulaqError):
    """What is on the stick is unreadable, too large, or not meant for this box."""


class Unreachable(QulaqError):
    """Central did not answer: the network, the name or the server. Try later."""


class Refused(QulaqError):
    """Central answered, and the answer was no. A person must look."""
