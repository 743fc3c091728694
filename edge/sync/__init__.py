"""Reporting: what was heard waits here until central has it; the catalogue arrives here."""
