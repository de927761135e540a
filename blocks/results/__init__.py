"""Views of results: message, filter, table, detail."""
