"""What a request meets before and around the schema: limits, tokens, headers, documents.

Reads no settings and keeps nothing: every limit and secret is an argument.
"""
