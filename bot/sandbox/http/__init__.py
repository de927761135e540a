"""HTTP for the stand-ins: one server, knobs for delay and failure."""
