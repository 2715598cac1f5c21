"""A person's sessions: their times, sealed words, numbers, corrections, and what is left out of them."""
