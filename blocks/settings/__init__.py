"""Views of settings: a company, its schedule, roles and routes."""
