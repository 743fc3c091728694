"""Recognising: from samples to detections. Pure; runs on the box and at central."""
