"""Every outcome is told in three languages, and says what to do next."""

from datetime import UTC, datetime

import pytest

from edge.stick.orders import Judgement, Verdict
from edge.stick.words import receipt_text

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
