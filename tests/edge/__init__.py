"""Tests of what a request meets before and around the schema."""
