"""Erasing on a person's wish, and the proof of it."""
