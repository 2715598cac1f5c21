"""Kalei Spectrum: sessions in, honest numbers and words out."""

__version__ = "0.1.0"
