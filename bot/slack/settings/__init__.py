"""The settings windows: a company, who may do what, where causes go."""
