"""Background work: the clock that asks for runs, and the worker that carries them out."""
