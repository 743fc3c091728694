"""For whoever does not want to believe us: one file that checks a statement, one that witnesses."""
