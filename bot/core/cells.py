"""What a spreadsheet takes for a formula."""

FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""A cell from outside that begins so is text only behind an apostrophe."""
