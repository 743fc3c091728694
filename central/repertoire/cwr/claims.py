"""From a transaction to the work it claims, without the records and fields that were refused."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from central.repertoire.cwr.edits import GENRES
from central.repertoire.cwr.records import Fault, Record
from central.repertoire.cwr.transmission import Transaction
from central.repertoire.facts import (
    Affiliation,
    Claim,
    PartyFacts,
    Title,
    TitleKind,
    WorkDetail,
    WorkFacts,
)
from central.repertoire.identifiers import READERS
from central.repertoire.shares import RIGHTS, Right, Role

_FIELDS: dict[Right, str] = dict(zip(RIGHTS, ("pr", "mr", "sr"), strict=True))
_KINDS: dict[str, TitleKind] = {
    "FT": "first-line",
    "TT": "translated",
    "TE": "translated",
    "IT": "incorrect",
    "OT": "original",
    "OL": "original",
}
# What senders write as the name of a writer whose right has ended.
_NOBODY = frozenset({"DP", "PUBLIC DOMAIN", "DOMAINE PUBLIC"})
_NO_SOCIETY = frozenset({"", "0", "00", "000", "099"})


def work_of(transaction: Transaction, faults: Iterable[Fault]) -> WorkFacts:
    """The work as far as it was not refused.

    Args:
        transaction: none of whose faults refuses it.
        faults: what was found in its records and fields.
    """
    refused = {(one.line, one.field) for one in faults if one.severity in {"RR", "FR"}}
    head = transaction.head
    details = [one for one in transaction.details if (one.line, "") not in refused]
    titles = _titles(details, refused)
    native = next((one for one in titles if one.kind == "original"), None)
    if native is not None:
        titles.remove(native)
        titles.append(Title(head["title"], "transliterated"))
    nobody = [one for one in details if _is_nobody(one)]
    return WorkFacts(
        number=head["number"],
        title=(native.title if native else head["title"])[:300],
        iswc=_code(head, "iswc", refused),
        claims=tuple(_claims(details, refused)),
        detail=WorkDetail(
            language=_language(native.language if native else head["language"]),
            genre=GENRES[head["genre"]],  # type: ignore[arg-type]  # its values are genres
            instrumentation=_instrumentation(details),
            milliseconds=_milliseconds(head, refused),
            free_points=min(10_000, sum(one.number("pr") or 0 for one in nobody)),
            titles=tuple(titles),
        ),
    )


def _claims(details: Collection[Record], refused: set[tuple[int, str]]) -> list[Claim]:
    native = _native_names(details)
    claims = []
    for record in details:
        if record.kind not in {"SPU", "OPU", "SWR", "OWR"} or _is_nobody(record):
            continue
        party = _party(record, refused, native)
        if party is None:  # somebody, but nobody knows who: the share stays open
            continue
        parts = {right: record.number(field) or 0 for right, field in _FIELDS.items()}
        role = _role(record)
        claims += [Claim(party, role, right, part) for right, part in parts.items() if part]
        if not any(parts.values()):
            claims.append(Claim(party, role, "performing", 0))
    return _merged(claims)


def _merged(claims: Iterable[Claim]) -> list[Claim]:
    sums: dict[tuple[PartyFacts, Role, Right], int] = defaultdict(int)
    for claim in claims:
        sums[claim.party, claim.role, claim.right] += claim.basis_points
    return [Claim(*who, points) for who, points in sums.items()]


def _role(record: Record) -> Role:
    default = "E" if record.kind == "OPU" else "CA"
    return record["role"] or default  # type: ignore[return-value]  # the edits know no others


def _party(
    record: Record, refused: set[tuple[int, str]], native: dict[str, str]
) -> PartyFacts | None:
    roman = record["name"] or _whole_name(record)
    if not roman:
        return None
    societies = {right: record[f"{field}_society"] for right, field in _FIELDS.items()}
    own = native.get(record["party"], "") if record["party"] else ""
    return PartyFacts(
        name=(own or roman)[:200],
        latin_name=roman[:200] if own else "",
        ipi=_code(record, "ipi", refused),
        ipi_base=_code(record, "ipi_base", refused),
        number=record["party"],
        affiliations=tuple(
            Affiliation(right, society.zfill(3))
            for right, society in societies.items()
            if society not in _NO_SOCIETY
            and (record.line, f"{_FIELDS[right]}_society") not in refused
        ),
    )


def _native_names(details: Iterable[Record]) -> dict[str, str]:
    names = {}
    for record in details:
        if record.kind in {"NPN", "NWN", "NPA"}:
            names[record["party"]] = record["name"] or _whole_name(record)
    return names


def _whole_name(record: Record) -> str:
    return f"{record['first_name']} {record['last_name']}".strip()


def _is_nobody(record: Record) -> bool:
    return record.kind == "OWR" and record["last_name"].upper() in _NOBODY


def _titles(details: Iterable[Record], refused: set[tuple[int, str]]) -> list[Title]:
    titles = []
    for record in details:
        if record.kind in {"ALT", "NAT"}:
            typed = "" if (record.line, "title_type") in refused else record["title_type"]
            kind = _KINDS.get(typed, "alternative")
            if record.kind == "ALT" and kind == "original":
                kind = "alternative"
            titles.append(Title(record["title"], kind, _language(record["language"])))
    return titles


def _language(code: str) -> str:
    return code.lower() if len(code) == 2 and code.isascii() and code.isalpha() else ""


def _instrumentation(details: Iterable[Record]) -> str:
    said = []
    for record in details:
        if record.kind == "INS":
            said.append(record["description"] or record["ensemble"])
        if record.kind == "IND":
            said.append(f"{record['instrument']} {record.number('players') or ''}".strip())
    return ", ".join(filter(None, said))[:200]


def _milliseconds(head: Record, refused: set[tuple[int, str]]) -> int | None:
    digits = head["duration"]
    if not digits.strip("0") or (head.line, "duration") in refused:
        return None
    hours, minutes, seconds = (int(digits[place : place + 2]) for place in (0, 2, 4))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000


def _code(record: Record, field: str, refused: set[tuple[int, str]]) -> str | None:
    if not record[field].strip("0") or (record.line, field) in refused:
        return None
    return READERS[field](record[field])
