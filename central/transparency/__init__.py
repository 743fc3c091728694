"""The log anyone can check: what was heard and what was paid, committed to, never taken back."""
