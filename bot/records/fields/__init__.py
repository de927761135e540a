"""Single fields as both sides write them: names, amounts, parties, rates, file names."""
