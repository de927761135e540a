"""Views of causes: card, red message, window, work on one."""
