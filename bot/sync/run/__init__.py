"""What the parts of a run share: the run itself, its lease, its pool of writers, its outcomes, its safety stop."""
