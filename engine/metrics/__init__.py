"""How good a gene map is, and what maps without biology score."""
