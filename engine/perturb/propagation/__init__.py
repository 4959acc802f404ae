"""What a change of one gene does through a network of regulators, in cells that nobody perturbed: a simulation."""
