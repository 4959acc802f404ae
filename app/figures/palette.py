"""The one place for colours: categories, numbers, signs, and text that stays readable on them."""

from __future__ import annotations

from collections.abc import Sequence

BLUE, VERMILLION, GREY = "#0072B2", "#D55E00", "#8A8F98"
DOWN, UP = BLUE, VERMILLION

# Okabe and Ito (2008), black replaced by grey so that it shows on a dark page.
OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442", "#7F7F7F")

# Chosen one by one, as Glasbey et al. (2007), as far as can be from all before in OKLab, for common
# and deuteranopic sight, with a luminance that shows on white and on near-black.
GLASBEY = (
    "#7800FF", "#E100FF", "#A51E5A", "#69D296", "#FF96FF", "#874B00", "#694B87", "#FF3C69",
    "#7869E1", "#C30FA5", "#787800", "#69B40F", "#D2B4D2", "#004BD2", "#C378FF", "#FF8769",
    "#1E96B4", "#A55A5A", "#00692D", "#FF69C3", "#962DD2", "#007878", "#B4A578", "#9687D2",
    "#0078FF", "#C3C34B", "#D23C4B", "#963C96", "#F01EB4", "#B45AD2", "#C3A5FF", "#69B496",
    "#00D2E1", "#693CB4", "#B4785A", "#E196A5", "#966996", "#5A693C", "#B42D1E", "#E1B487",
    "#96963C", "#3C9600", "#005A96", "#E14B96", "#B44BFF", "#4B87E1", "#C31E78", "#4B5AF0",
    "#96A5D2", "#87693C", "#875AB4", "#4B2DF0", "#FF1EE1", "#96B44B", "#87C3C3", "#C30FD2",
    "#87A5FF", "#FF0087", "#5AD23C", "#7878B4", "#FF2D00", "#69875A", "#D2875A", "#FFA5A5",
)
CATEGORIES = OKABE_ITO + GLASBEY

# Eleven stops of cividis (Nuñez, Anderton and Renslow 2018), dark to light.
CIVIDIS = (
    "#00224E", "#083370", "#35456C", "#4F576C", "#666970", "#7D7C78",
    "#948E77", "#AEA371", "#C8B866", "#E5CF52", "#FEE838",
)
SIGNED = (BLUE, "#FFFFFF", VERMILLION)

PAPER = {"light": "#FFFFFF", "dark": "#171B1F"}
INK = {"light": "#15191E", "dark": "#E7EBEF"}


def category_colours(levels: Sequence[str]) -> dict[str, str]:
    """Colour of each level, by its place in the order of the study: the same on every page.

    The first eight are Okabe–Ito; beyond, and without changing those, Glasbey's.
    """
    return {str(level): CATEGORIES[place % len(CATEGORIES)] for place, level in enumerate(levels)}


def colourscale(stops: Sequence[str]) -> list[tuple[float, str]]:
    """Evenly spaced stops as Plotly wants them."""
    return [(place / (len(stops) - 1), colour) for place, colour in enumerate(stops)]


def luminance(colour: str) -> float:
    """Relative luminance of `#RRGGBB`, 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def legible(colour: str, scheme: str, *, ratio: float = 4.5) -> str:
    """The colour, moved towards the ink of the scheme until text in it can be read."""
    ink, paper = INK[scheme], PAPER[scheme]
    for step in range(21):
        mixed = _mix(colour, ink, step / 20)
        if contrast(mixed, paper) >= ratio:
            return mixed
    return ink


def _mix(one: str, other: str, share: float) -> str:
    pairs = [(int(one[p : p + 2], 16), int(other[p : p + 2], 16)) for p in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)
