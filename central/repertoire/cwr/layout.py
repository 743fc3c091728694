"""Where each field of a CWR record stands: name and width, one after the other.

Source:
    CISAC, Common Works Registration, functional specifications: 2.1 (CWR11-1991), 2.2 (CWR19-1070).
"""

from collections.abc import Mapping

_PREFIX = "kind 3 transaction 8 sequence 8"
_SHARES = "pr_society 3 pr 5 mr_society 3 mr 5 sr_society 3 sr 5"
_WRITERS = (
    "last_name 45 first_name 30 source 60 ipi 11 ipi_base 13 second_last_name 45"
    " second_first_name 30 second_ipi 11 second_ipi_base 13 number 14"
)
_WORK = (
    f"{_PREFIX} title 60 language 2 number 14 iswc 11 copyright_date 8 copyright_number 12 genre 3"
    " duration 6 recorded 1 text_music 3 composite 3 version 3 excerpt 3 arrangement 3"
    " adaptation 3 contact 30 contact_id 10 work_type 2 grand_rights 1 components 3"
    " printed_on 8 exceptional 1 opus 25 catalogue 25 priority 1"
)
_PUBLISHER = (
    f"{_PREFIX} chain 2 party 9 name 45 unknown 1 role 2 tax 9 ipi 11 agreement 14 {_SHARES}"
    " special 1 refusal 1 filler 1 ipi_base 13 agreement_code 14 society_agreement 14"
    " agreement_type 2 usa 1"
)
_WRITER = (
    f"{_PREFIX} party 9 last_name 45 first_name 30 unknown 1 role 2 tax 9 ipi 11 {_SHARES}"
    " reversionary 1 refusal 1 hire 1 filler 1 ipi_base 13 personal 12 usa 1"
)
_PUBLISHER_TERRITORY = (
    f"{_PREFIX} party 9 constant 6 pr 5 mr 5 sr 5 included 1 territory 4 changes 1 number 3"
)
_WRITER_TERRITORY = f"{_PREFIX} party 9 pr 5 mr 5 sr 5 included 1 territory 4 changes 1 number 3"
_OTHER_TITLE = f"{_PREFIX} title 640 language 2"

_SPECIFIED: Mapping[str, str] = {
    "HDR": (
        "kind 3 sender_type 2 sender 9 sender_name 45 edi 5 made_on 8 made_at 6 sent_on 8"
        " character_set 15 version 3 revision 3 package 30 package_version 30"
    ),
    "GRH": "kind 3 transactions_of 3 group 5 version 5 batch 10 submission 2",
    "GRT": "kind 3 group 5 transactions 8 records 8 currency 3 value 10",
    "TRL": "kind 3 groups 5 transactions 8 records 8",
    "NWR": _WORK,
    "REV": _WORK,
    "ISW": _WORK,
    "EXC": _WORK,
    "AGR": f"{_PREFIX} number 14",
    "SPU": _PUBLISHER,
    "OPU": _PUBLISHER,
    "SPT": _PUBLISHER_TERRITORY,
    "OPT": _PUBLISHER_TERRITORY,
    "SWR": _WRITER,
    "OWR": _WRITER,
    "SWT": _WRITER_TERRITORY,
    "OWT": _WRITER_TERRITORY,
    "PWR": (f"{_PREFIX} publisher 9 name 45 agreement 14 society_agreement 14 writer 9 chain 2"),
    "ALT": f"{_PREFIX} title 60 title_type 2 language 2",
    "EWT": f"{_PREFIX} title 60 iswc 11 language 2 {_WRITERS}",
    "VER": f"{_PREFIX} title 60 iswc 11 language 2 {_WRITERS}",
    "PER": f"{_PREFIX} last_name 45 first_name 30 ipi 11 ipi_base 13",
    "REC": (
        f"{_PREFIX} released_on 8 filler 60 duration 6 filler_two 5 album 60 label 60 catalogue 18"
        " ean 13 isrc 12 format 1 technique 1 medium 3 title 60 version_title 60 artist 60"
        " record_label 60 isrc_validity 20 number 14"
    ),
    "ORN": (
        f"{_PREFIX} purpose 3 production 60 cd 15 cut 4 library 60 bltvr 1 filler 25"
        " production_number 12 episode 60 episode_number 20 year 4"
    ),
    "INS": f"{_PREFIX} voices 3 ensemble 3 description 50",
    "IND": f"{_PREFIX} instrument 3 players 3",
    "COM": (
        f"{_PREFIX} title 60 iswc 11 number 14 duration 6 last_name 45 first_name 30 ipi 11"
        " second_last_name 45 second_first_name 30 second_ipi 11 ipi_base 13 second_ipi_base 13"
    ),
    "ARI": f"{_PREFIX} society 3 number 14 right 3 subject 2 note 160",
    "XRF": f"{_PREFIX} society 3 number 14 number_type 1 validity 1",
    "NPA": f"{_PREFIX} party 9 last_name 160 first_name 160 language 2",
    "NPN": f"{_PREFIX} chain 2 party 9 name 480 language 2",
    "NWN": f"{_PREFIX} party 9 last_name 160 first_name 160 language 2",
    "NAT": f"{_PREFIX} title 640 title_type 2 language 2",
    "NPR": (
        f"{_PREFIX} last_name 160 first_name 160 ipi 11 ipi_base 13 language 2"
        " performed_language 2 dialect 3"
    ),
    "NET": _OTHER_TITLE,
    "NCT": _OTHER_TITLE,
    "NVT": _OTHER_TITLE,
    "NOW": f"{_PREFIX} last_name 160 first_name 160 language 2 position 1",
    "ACK": (
        f"{_PREFIX} made_on 8 made_at 6 group 5 original 8 original_kind 3 title 60 number 20"
        " our_number 20 processed_on 8 status 2"
    ),
    "MSG": f"{_PREFIX} message_type 1 original 8 original_kind 3 level 1 validation 3 text 150",
}

ENVELOPE = frozenset({"HDR", "GRH", "GRT", "TRL"})
WORK_HEADS = frozenset({"NWR", "REV"})
HEADS = WORK_HEADS | {"ISW", "EXC", "AGR", "ACK"}
NON_ROMAN = frozenset({"NPA", "NPN", "NWN", "NAT", "NPR", "NET", "NCT", "NVT", "NOW"})
# Known, and of no concern to us: details of agreements and of works' origins.
PASSED_OVER = frozenset({"IPA", "TER", "XPI"})


def _places(specified: str) -> Mapping[str, "slice[int, int, None]"]:
    words = specified.split()
    places, start = {}, 0
    for name, width in zip(words[::2], words[1::2], strict=True):
        places[name] = slice(start, start + int(width))
        start += int(width)
    return places


FIELDS: Mapping[str, Mapping[str, "slice[int, int, None]"]] = {
    kind: _places(specified) for kind, specified in _SPECIFIED.items()
}
"""By kind of record and name of field: from which character to which."""

KNOWN = frozenset(FIELDS) | PASSED_OVER


def width(kind: str) -> int:
    """How many characters a whole record of this kind has."""
    return max(place.stop for place in FIELDS[kind].values())
