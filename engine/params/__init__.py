"""Parameters as frozen dataclasses; forms and the command line build themselves from them."""

from engine.params.checked import Checked, param
from engine.params.conditions import CausesParams, ContrastParams
from engine.params.maps import (
    METHOD_NAMES,
    EmbedParams,
    MethodParams,
    MuseParams,
    NetworkParams,
    TrainParams,
    matters,
)
from engine.params.perturbations import GearsParams, GrapeParams, KnockoutParams, ScreenParams

__all__ = ["METHOD_NAMES", "CausesParams", "Checked", "ContrastParams", "EmbedParams", "GearsParams", "GrapeParams",
           "KnockoutParams", "MethodParams", "MuseParams", "NetworkParams", "ScreenParams", "TrainParams", "matters",
           "param"]  # fmt: skip
