"""The team's statistics: pure functions over counts and arrays, and the only importers of scipy and statsmodels.

Reads nothing, keeps nothing, and knows no person: what it is given is counted already. It takes a second to load, so
only REPORT jobs do so, inside workers; what serves reads their answers.
"""
