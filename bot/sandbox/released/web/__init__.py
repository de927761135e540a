"""The pages of the stand-in, where a property manager works."""
