"""What invoices, bills and credit notes have in common: translation, lines, tax, checks, matching."""
