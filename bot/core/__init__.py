"""The pure core: values in, values out; no clock, network, disk or randomness."""
