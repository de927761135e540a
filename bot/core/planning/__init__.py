"""What to do about a record: pure, from what both sides last said to operations and reports."""
