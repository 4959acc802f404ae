"""Named settings of a gene map: the paper's profile, the fast one, and how long to look."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.errors import unknown
from engine.params import EmbedParams, MuseParams, NetworkParams, TrainParams


@dataclass(frozen=True)
class Preset:
    """How thoroughly to look, in words and as parameters."""

    name: str
    label: str
    about: str
    params: EmbedParams


PAPER = EmbedParams(
    model=MuseParams(components=0, signs="ignored", sharing="modality", decoder="mlp", similarity_weight=1.0,
                     similarity_by="partners", centring="none"),
    training=TrainParams(epochs=2000, learning_rate=1e-4, decoder_rate=10.0, schedule="constant", step_of="pair",
                         patience=0, stop_by=0.0),
)  # fmt: skip
FAST = EmbedParams()
PROFILES = {"fast": FAST, "paper": PAPER}

PRESETS = (
    Preset("quick", "Quick look", "Fewer genes and a short training: to see whether the data make sense.",
           replace(FAST, network=NetworkParams(n_genes=500), training=TrainParams(epochs=80))),
    Preset("standard", "Standard", "Chosen on blood cells of four donors and sections of breast.", FAST),
    Preset("thorough", "Thorough", "Twice the genes and a longer training, for a figure to publish.",
           replace(FAST, network=NetworkParams(n_genes=2000), training=TrainParams(epochs=400))),
)  # fmt: skip


def preset(name: str) -> Preset:
    """The preset of that name; raises `UnknownName` when there is none."""
    found = {known.name: known for known in PRESETS}
    if name not in found:
        raise unknown("preset", name, found, where="of a gene map")
    return found[name]


def start_from(of_profile: str, of_preset: str) -> EmbedParams:
    """The parameters of a profile as thorough as a preset: its genes, and its share of the profile's epochs."""
    params, chosen = profile(of_profile), preset(of_preset).params
    epochs = round(params.training.epochs * chosen.training.epochs / FAST.training.epochs)
    return replace(params, network=chosen.network, training=replace(params.training, epochs=epochs))


def profile(name: str) -> EmbedParams:
    """The parameters of a profile; raises `UnknownName` when there is none of that name."""
    if name not in PROFILES:
        raise unknown("profile", name, PROFILES, where="of MuSe-GNN")
    return PROFILES[name]
