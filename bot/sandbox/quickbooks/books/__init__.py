"""What a company has stored, its schema, its faults and how answers are written."""
