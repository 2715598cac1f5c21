"""The pure rules of Spectrum: no I/O, no clock, no randomness, no async."""
