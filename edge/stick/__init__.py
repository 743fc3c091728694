"""The USB stick: what a technician brings in and carries home."""
