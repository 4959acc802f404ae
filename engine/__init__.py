"""Geneweave's engine: gene embeddings, networks and perturbations, without a screen."""

__version__ = "0.1.0"
