"""Traces: their shape, who decides about them, and that they hold nothing of anybody."""
