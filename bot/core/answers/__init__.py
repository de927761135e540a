"""What records of both sides must look like, and what of an answer does not: said field by field, never guessed at."""
