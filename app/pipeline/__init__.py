"""The stages between a finished session and what a person reads; they never import each other."""
