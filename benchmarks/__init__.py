"""How good and how fast, on real music, beside other systems."""
