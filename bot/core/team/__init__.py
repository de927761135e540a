"""What a team settles and asks for: roles, settings, requested plans and verifications, the week."""
