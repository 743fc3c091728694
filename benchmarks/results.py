"""The figures measured so far, in one file that outlives a run."""

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.json")


class Results:
    """Figures by name; each is on the disk as soon as it is there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.figures: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}

    def put(self, name: str, figure: object) -> None:
        """Keep a figure in place of the one before."""
        self.figures[name] = figure
        text = json.dumps(self.figures, indent=1, ensure_ascii=False)
        self.path.write_text(text + "\n", encoding="utf-8")
