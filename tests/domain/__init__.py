"""The pure rules, checked by tables, by properties and against scipy."""
