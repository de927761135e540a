"""x"""

REPLAYED = ("docs/adding.md",)
