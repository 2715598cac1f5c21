"""Numbers with their uncertainty, and what may be said of a difference. Plain Python: scipy checks it in the tests."""
