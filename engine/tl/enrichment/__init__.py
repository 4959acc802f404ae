"""What genes do together: over-representation in gene sets, preranked GSEA, like terms folded, Enrichr on request."""

from engine.tl.enrichment.fold import collapse
from engine.tl.enrichment.matched import Matched, cut, match
from engine.tl.enrichment.over import over_representation
from engine.tl.enrichment.preranked import clean_ranking, preranked, smallest_p

__all__ = ["Matched", "clean_ranking", "collapse", "cut", "match", "over_representation", "preranked", "smallest_p"]
