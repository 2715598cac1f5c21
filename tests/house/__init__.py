"""The house rules that no linter knows: sizes, folders, settings, links."""
