"""Tests of how texts are evaluated, and of the gallery."""
