"""What both ledgers come to: control totals, and what a verification found."""
