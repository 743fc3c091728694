"""Codes of works, recordings and parties: their forms, and the check digits that catch a slip.

A right check digit does not make a right code: it only shows that none was mistyped.
"""

import re

from central.errors import Unacceptable

_ISWC = re.compile(r"T\d{10}")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
_IPI = re.compile(r"\d{11}")


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
