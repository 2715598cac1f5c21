"""Weeks of people, zones and faults on a virtual clock, drawn from a seed, over the real ledger and planner."""
