"""What may stand behind a change: regulators, causal networks, functions, by signed networks of genes."""
