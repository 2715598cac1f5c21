"""GraphQL documents as they are taken: bounded, prepared once, priced, and in production registered.

Runs nothing, and knows neither callers nor people.
"""
