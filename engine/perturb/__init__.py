"""What a perturbation would do, learned from perturbations that were measured."""
