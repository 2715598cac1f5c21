"""How Spectrum is used, as phones tell it."""
