"""One evening, from real recordings to the last tiyn."""
