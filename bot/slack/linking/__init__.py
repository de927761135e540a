"""Unlink, relink and every choice of a partner: windows, confirmation, undo."""
