"""Measurements and training of Spectrum; nothing here ships or runs in production."""
