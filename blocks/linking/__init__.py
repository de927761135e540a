"""Views of linking: choose, confirm, undo; which partner, which name, which list entry."""
