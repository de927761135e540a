"""What receipts and payments out have in common: what they are applied to, their account, matching."""
