"""Every outcome is told in three languages, and says what to do next."""

import re
from datetime import UTC, datetime

import pytest

from edge.stick.orders import Judgement, Verdict
from edge.stick.words import Exchanged, receipt_text
from edge.sync.post import Parcel

NOW = datetime(2026, 3, 5, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_is_told_in_three_languages(verdict):
    judgement = Judgement(verdict, "because of this")
    text = receipt_text(judgement, device="qb-0123456789abcdef", now=NOW).decode("utf-8-sig")
    lines = text.split("\r\n")
    starts = [lines.index(f"[{language}]") for language in ("Қазақша", "Русский", "English")]

    assert starts == sorted(starts)
    for start in starts:
        happened, following, empty = lines[start + 1 : start + 4]
        assert happened.endswith(".")
        assert following.endswith(".")
        assert empty == ""
    assert "because of this" in text
    assert "\n" not in text.replace("\r\n", "")


PARCEL = Parcel(
    device="qb-0123456789abcdef",
    nonce="0" * 32,
    packed_at=NOW,
    letters=3,
    waiting=40,
    taken=600,
    catalogue_version=7,
    shelf=(),
)


@pytest.mark.parametrize(
    ("post", "figures"),
    [
        (Exchanged(PARCEL, brought=True), {"3", "40", "600", "7"}),
        (Exchanged(PARCEL, brought=False), {"3", "40"}),
        (Exchanged(None, brought=False), set()),
    ],
)
@pytest.mark.parametrize("verdict", [Verdict.INTRODUCED, Verdict.IN_FORCE])
def test_what_came_of_the_post_is_told_in_three_languages(verdict, post, figures):
    judgement = Judgement(verdict, "because")
    text = receipt_text(judgement, device=PARCEL.device, now=NOW, post=post).decode("utf-8-sig")
    told = re.split(r"\[(?:Қазақша|Русский|English)\]", text)[1:]

    assert len(told) == 3
    for said in told:
        assert set(re.findall(r"\b[0-9]+\b", said)) == figures
    assert "qulaq-provision enrol" not in text  # a box with orders needs none
