"""Named queries over what people settle and ask for: roles, settings, decisions, audit, remembered views."""
