"""Works played live: harmony over time instead of landmarks; no recording is needed."""
