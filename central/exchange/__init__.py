"""What leaves the office: statements, annexes, reports, lists and payments, as files."""
