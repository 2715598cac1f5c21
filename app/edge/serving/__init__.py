"""GraphQL over HTTP: what was asked, what it may spend, and the answer, remembered or made. Knows no field."""
