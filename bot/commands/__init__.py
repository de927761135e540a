"""The commands of qbo-sync, a file for each thing that a person does at the terminal."""
