"""A language model on the loopback: how it answers, and what it says."""
