"""Which part of the catalogue a house gets where a box cannot have all of it, and why."""
