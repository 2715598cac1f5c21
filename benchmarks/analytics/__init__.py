"""How honest the team's figures are: coverage, bias, peeking and broken splits, over invented worlds of known truth."""
