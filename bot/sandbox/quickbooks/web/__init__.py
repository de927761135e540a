"""The pages of the stand-in, where a bookkeeper works, and the consent page."""
