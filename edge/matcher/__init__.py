"""Recognising: from samples to detections, by pure code that the box and central share."""
