"""What a person is shown in numbers: the landscape, distributions, turn impact, and a preview of leaving out."""
