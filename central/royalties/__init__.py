"""From what was played to what is owed: money, distribution, ledger, statements."""
