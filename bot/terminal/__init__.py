"""What the command line shows: tables for people, JSON and CSV for programs."""
