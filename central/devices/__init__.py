"""Which boxes there are, where they hang, and when they last spoke."""
