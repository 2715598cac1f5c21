"""The documents that production accepts, one operation a file; `clients.json` has those of other clients. No code."""
