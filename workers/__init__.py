"""Runs what was asked for. The only room that imports arq's worker."""
