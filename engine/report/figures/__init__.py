"""The figures of a report: each a function from a contrast or a table to a `Drawing`, or None without its data."""

from engine.report.figures.composition import composition
from engine.report.figures.enrichment import enrichment
from engine.report.figures.maps import maps
from engine.report.figures.modules import modules
from engine.report.figures.regulators import regulators
from engine.report.figures.slopes import slopes
from engine.report.figures.volcano import volcano

__all__ = ["composition", "enrichment", "maps", "modules", "regulators", "slopes", "volcano"]
