"""Who may do what, and where: permission, user groups, channels."""
