"""What the sample people promise: valid input, the same on every run, and a story that is really in their words."""
