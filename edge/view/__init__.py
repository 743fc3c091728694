"""What the venue sees of its box: a lamp, and one local page that only tells."""
