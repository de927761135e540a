"""Stand-ins for QuickBooks, Re-Leased and Slack on localhost, and demo data. Nothing else imports this package."""
