"""The tests of Kalei Spectrum, by room."""
