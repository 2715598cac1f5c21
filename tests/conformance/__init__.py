"""Clients, audits and generators that others wrote, against a real server of ours."""
