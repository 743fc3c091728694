"""Codes of works, recordings, parties and films: their forms, and the digits that catch a slip.

A right check digit does not make a right code: it only shows that none was mistyped.
"""

import re

from stdnum import isan as isan_number
from stdnum import isni as isni_number
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

from central.errors import Unacceptable

_ISWC = re.compile(r"T\d{10}")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
_IPI = re.compile(r"\d{11}")
_IPI_BASE = re.compile(r"I\d{10}")
_EIDR = re.compile(r"10\.5240/[0-9A-F]{20}[0-9A-Z]")


def iswc(text: str) -> str:
    """An International Standard Musical Work Code, without its dots and dashes.

    Args:
        text: as written, such as "T-034.524.680-1".

    Returns:
        T, nine digits and the check digit: "T0345246801".

    Raises:
        Unacceptable: not of that form, or the check digit does not fit.

    Source:
        ISO 15707, annex A.
    """
    code = _bare(text)
    if not _ISWC.fullmatch(code):
        raise Unacceptable(f"ISWC {text!r}: expected T and ten digits, as in T-034.524.680-1")
    total = 1 + sum(place * int(digit) for place, digit in enumerate(code[1:10], start=1))
    return _checked("ISWC", text, code, check=str(-total % 10))


def ipi(text: str) -> str:
    """An IPI name number, the number of one name of one party.

    Args:
        text: up to eleven digits; leading zeros may be missing.

    Returns:
        Eleven digits, the last two of them check digits.

    Raises:
        Unacceptable: not digits, too many, or the check digits do not fit.

    Source:
        CISAC, IPI name number: weighted sum modulo 101.
    """
    code = _bare(text).zfill(11)
    if not _IPI.fullmatch(code):
        raise Unacceptable(f"IPI {text!r}: expected up to eleven digits, as in 00014107338")
    total = sum((10 - place) * int(digit) for place, digit in enumerate(code[:9]))
    return _checked("IPI", text, code, check=f"{-total % 101 % 100:02d}")


def ipi_base(text: str) -> str:
    """An IPI base number, the number of one party under all its names.

    Args:
        text: as written, such as "I-000000229-7".

    Returns:
        With its dashes, the form in which it is exchanged.

    Raises:
        Unacceptable: not of that form, or the check digit does not fit.

    Source:
        CISAC, IPI base number: weighted as an ISWC is, from 2 instead of 1.
    """
    code = _bare(text)
    if not _IPI_BASE.fullmatch(code):
        raise Unacceptable(f"IPI base {text!r}: expected I and ten digits, as in I-000000229-7")
    total = 2 + sum(place * int(digit) for place, digit in enumerate(code[1:10], start=1))
    _checked("IPI base", text, code, check=str(-total % 10))
    return f"I-{code[1:10]}-{code[10]}"


def isni(text: str) -> str:
    """An International Standard Name Identifier.

    Args:
        text: sixteen characters, the last of which may be X; blanks between do not matter.

    Returns:
        The sixteen characters.

    Raises:
        Unacceptable: not of that form, or the check character does not fit.

    Source:
        ISO 27729; ISO 7064, MOD 11-2.
    """
    try:
        return str(isni_number.validate(_bare(text)))
    except ValidationError as e:
        raise Unacceptable(f"ISNI {text!r}: {e}") from e


def isan(text: str) -> str:
    """An International Standard Audiovisual Number, with or without the number of a version.

    Args:
        text: as written, such as "0000-0000-D07A-0090-Q".

    Returns:
        Without dashes.

    Raises:
        Unacceptable: not of that form, without check character, or one does not fit.

    Source:
        ISO 15706; ISO 7064, MOD 37,36.
    """
    code = _bare(text).removeprefix("ISAN")
    if len(code) not in {17, 26}:
        raise Unacceptable(f"ISAN {text!r}: expected 16 digits and a check character")
    try:
        return str(isan_number.validate(code))
    except ValidationError as e:
        raise Unacceptable(f"ISAN {text!r}: {e}") from e


def eidr(text: str) -> str:
    """The identifier of a film or another audiovisual object.

    Args:
        text: as written, such as "10.5240/7791-8534-2C23-9030-8610-5".

    Returns:
        In capitals, with its dashes.

    Raises:
        Unacceptable: not of that form, or the check character does not fit.

    Source:
        EIDR identifier format; ISO 7064, MOD 37,36.
    """
    code = re.sub(r"[\s\-]", "", text).upper()
    if not _EIDR.fullmatch(code):
        raise Unacceptable(
            f"EIDR {text!r}: expected 10.5240/ and five groups of four, a dash, a check"
        )
    body = code.removeprefix("10.5240/")
    _checked("EIDR", text, code, check=str(mod_37_36.calc_check_digit(body[:20])))
    groups = [body[place : place + 4] for place in range(0, 20, 4)]
    return f"10.5240/{'-'.join(groups)}-{body[20]}"


def isrc(text: str) -> str:
    """An International Standard Recording Code; it has no check digit.

    Args:
        text: as written, such as "ISRC US-EPW-10-00164".

    Returns:
        Twelve characters: country, registrant, year, number.

    Raises:
        Unacceptable: not of that form.

    Source:
        ISO 3901.
    """
    code = _bare(text).removeprefix("ISRC")
    if not _ISRC.fullmatch(code):
        raise Unacceptable(f"ISRC {text!r}: expected twelve characters, as in USEPW1000164")
    return code


def _bare(text: str) -> str:
    return re.sub(r"[\s.\-:]", "", text).upper()


def _checked(kind: str, text: str, code: str, *, check: str) -> str:
    if not code.endswith(check):
        told = code[-len(check) :]
        raise Unacceptable(f"{kind} {text!r}: ends in {told}, its check digit would be {check}")
    return code


READERS = {
    "iswc": iswc,
    "ipi": ipi,
    "ipi_base": ipi_base,
    "isni": isni,
    "isrc": isrc,
    "isan": isan,
    "eidr": eidr,
}
"""How each kind of code is read, by the kind's name."""
