"""Halls, and the events that take place in them."""
