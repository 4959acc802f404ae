"""What is read off an embedding: neighbours, clusters, a flat map, similar genes."""

from engine.tl.place import cluster, place, warm_up

__all__ = ["cluster", "place", "warm_up"]
