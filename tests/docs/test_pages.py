"""What is written leads where it says, and whoever looks for a decision finds it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    page
    for folder in (".", "docs", "docs/decisions", "docs/formats", "benchmarks", "systemd")
    for page in sorted((ROOT / folder).glob("*.md"))
]
LINK = re.compile(r"\]\(([^)\s#]+)")
NOTE = re.compile(r"[0-9]{4}-.*\.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_inside_the_project_leads_somewhere(page):
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]

    assert [] == [link for link in links if not (page.parent / link).exists()]


def test_every_decision_stands_in_the_list_of_decisions():
    folder = ROOT / "docs/decisions"
    notes = {path.name for path in folder.iterdir() if NOTE.fullmatch(path.name)}
    listed = LINK.findall((folder / "README.md").read_text("utf-8"))

    assert notes == set(listed)
    assert len(notes) == len(listed)
