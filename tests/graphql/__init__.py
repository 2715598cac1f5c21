"""The contract: SDL, access, errors, limits."""
