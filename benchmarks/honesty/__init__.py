"""How honest the numbers are: coverage, false claims and power, over thousands of invented people."""
