"""The measures of a predicted perturbation in words: what each says, its best value and what a guess gives."""

from __future__ import annotations

from dataclasses import dataclass

TOPS = (20, 40, 100)
WITH_TARGET = "_with_target"
HIGHEST = 1000  # genes highest in control over which the distance is taken
LEVELS = (50, 80, 90)  # per cent of intervals whose coverage is measured
AGREEMENT, ERROR, TELLING_APART, TRUST = "Agreement", "Error", "Telling apart", "Trust"


@dataclass(frozen=True)
class PerturbationMeasure:
    """`best` is its best value; `chance` what knowing nothing gives, None where only computing it can tell, and
    `chance_words` says it; `margin` is a difference too small to matter, a share of the other's value for errors."""

    name: str
    label: str
    group: str
    best: float
    chance: float | None
    chance_words: str
    explanation: str
    margin: float = 0.02

    @property
    def less(self) -> bool:
        """Whether less is better."""
        return self.group == ERROR


def _correlations() -> tuple[PerturbationMeasure, ...]:
    found = []
    for top in (None, *TOPS):
        genes = "all genes" if top is None else f"the {top} genes with the largest |t| in the measured change"
        short = "all genes" if top is None else f"top {top}"
        for ending, words in (("", "the perturbed gene left out"), (WITH_TARGET, "with the perturbed gene")):
            name = "pcc_delta" + ("" if top is None else f"_de{top}") + ending
            label = f"PCC, {short}" + (", with target" if ending else "")
            found.append(PerturbationMeasure(
                name, label, AGREEMENT, 1.0, 0.0, "0; the mean of other perturbations often reaches much of it",
                f"Pearson correlation of predicted and measured change against control over {genes}, {words}. What all "
                "perturbations share counts too, so a high value alone says little: see Systema."))  # fmt: skip
    return tuple(found)


MEASURES = (
    *_correlations(),
    PerturbationMeasure(
        "pcc_systema", "PCC by Systema", AGREEMENT, 1.0, 0.0, "0; the train mean itself has none",
        "The same correlation with the mean of the training perturbations in place of control: what all perturbations "
        "share is taken away (Viñas Torné et al. 2025). A prediction that is the same for all, but not that mean, such "
        "as no change, can still be above 0: to tell perturbations apart see PDS."),
    PerturbationMeasure(
        "rmse", "RMSE", ERROR, 0.0, None, "that of no change",
        "Root of the mean squared difference between predicted and measured mean over all genes, the perturbed gene "
        "left out.", margin=0.02),
    PerturbationMeasure(
        "mse_de20", "MSE, top 20", ERROR, 0.0, None, "that of no change",
        "Mean squared difference over the 20 genes with the largest |t| in the measured change.", margin=0.05),
    PerturbationMeasure(
        "l2_highest", "L2, highest", ERROR, 0.0, None, "that of no change",
        f"Euclidean distance over the {HIGHEST:,} genes highest in control cells, or all where there are fewer "
        "(Ahlmann-Eltze et al. 2025). Not defined for a table of changes, which has no control means."),
    PerturbationMeasure(
        "dac", "Direction, all genes", AGREEMENT, 1.0, 0.5, ".5, and below where no change is predicted",
        "Share of genes whose predicted change has the measured sign. Over all genes that sign is mostly noise."),
    PerturbationMeasure(
        "dac_changed", "Direction, beyond noise", AGREEMENT, 1.0, 0.5, ".5, and 0 where no change is predicted",
        "The same over the genes whose measured change is beyond 1.96 standard errors; those within count neither way. "
        "Not defined where there is none."),
    PerturbationMeasure(
        "dac_de20", "Direction, top 20", AGREEMENT, 1.0, 0.5, ".5, and 0 where no change is predicted",
        "The same over the 20 genes with the largest |t|."),
    PerturbationMeasure(
        "dac_de40", "Direction, top 40", AGREEMENT, 1.0, 0.5, ".5, and 0 where no change is predicted",
        "The same over the 40 genes with the largest |t|."),
    PerturbationMeasure(
        "des", "Changed genes found", AGREEMENT, 1.0, None, "the share of genes that are named",
        "DES: share of the genes with FDR < .05 that are among those predicted to change at that FDR, no more of which "
        "count than truly changed. Not defined where no gene changed."),
    PerturbationMeasure(
        "pds", "PDS", TELLING_APART, 1.0, None, "(N + 1) / 2N among N perturbations",
        "1 − rank / N of the own measured change among the N held out with it in one class, by L1 distance to the "
        "prediction. All perturbed genes are left out: a target that counted would give its perturbation away.",
        margin=0.05),
    PerturbationMeasure(
        "centroid_accuracy", "Nearer to itself", TELLING_APART, 1.0, 0.5, ".5",
        "Share of the other perturbations held out in the class that lie farther from the prediction than its own, by "
        "Euclidean distance; perturbed genes left out.", margin=0.05),
    *(PerturbationMeasure(
        f"coverage_{level}", f"Within {level} % intervals", TRUST, level / 100, None, "none: more is not better",
        f"Share of genes whose measured change lies in the {level} % interval of the prediction, over held-out "
        f"perturbations: {level} % of them should.", margin=0.05) for level in LEVELS),
)  # fmt: skip
BY_NAME = {measure.name: measure for measure in MEASURES}
HEADLINE = ("pcc_delta", "pcc_delta_de20", "pcc_systema", "pds", "l2_highest", "rmse", "dac_de20", "des")
