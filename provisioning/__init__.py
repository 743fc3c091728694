"""The technician's bench: a plugged stick becomes a box's first letter from the office."""
