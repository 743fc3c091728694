"""From what boxes heard to what was played."""
