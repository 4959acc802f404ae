"""Which regulators a gene may have, and which proteins act on which, by the networks of the library that are here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import KnowledgeMissing

if TYPE_CHECKING:
    import pandas as pd

    from engine.knowledge import Knowledge

TARGETS = {"human": ("collectri", "dorothea-human", "trrust-human", "nichenet-regulation"),
           "mouse": ("dorothea-mouse", "trrust-mouse")}  # fmt: skip
SIGNALS = ("omnipath", "cosmos")  # of human genes
TARGET_KIND, SIGNAL_KIND = "TF targets", "signalling"
SURE = ("", "A", "B", "C")  # of DoRothEA's levels: D and E are binding sites and co-expression alone


@dataclass(frozen=True)
class Priors:
    """Networks between measured genes.

    `targets`: regulator, target, prior (databases joined by ,); `upstream`: source, target, sign, database;
    `regulators`: all that have a target, measured or not.
    """

    targets: pd.DataFrame
    upstream: pd.DataFrame
    regulators: frozenset[str]
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


def networks_here(species: str, knowledge: Knowledge) -> list[str]:
    """Names of the networks of a species on this machine, those of TF targets first; a person's own among them."""
    here = [entry.name for entry in knowledge.entries() if knowledge.has(entry.name)]
    targets, signals = (knowledge.own(kind) for kind in (TARGET_KIND, SIGNAL_KIND))
    return [*(name for name in TARGETS.get(species, ()) if name in here), *(entry.name for entry in targets),
            *(name for name in SIGNALS if name in here), *(entry.name for entry in signals)]  # fmt: skip


def priors_of(names: str, species: str, knowledge: Knowledge, genes: set[str]) -> Priors:
    """The networks of those names, or those of the species that are here, between the genes that are measured.

    Raises
    ------
    UnknownName, KnowledgeMissing
        When a network named is not there, or none of TF targets is here.
    """
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    if chosen in ([], ["auto"]):
        chosen = networks_here(species, knowledge)
    kinds = {name: knowledge.entry(name).kind for name in chosen}
    targets = [name for name in chosen if kinds[name] == TARGET_KIND]
    signals = [name for name in chosen if name not in targets]
    if not targets:
        wanted = ", ".join(TARGETS.get(species, TARGETS["human"]))
        raise KnowledgeMissing(f"A simulation needs a network of regulators and targets of {species}, and none is "
                               f"here. Fetch one of {wanted} from the Library, or name your own.")  # fmt: skip
    notes = [] if signals else ["No signed signalling is here: only regulators with known targets can be simulated. "
                                "Fetch omnipath from the Library for the others."]  # fmt: skip
    human = [name for name in signals if knowledge.entry(name).species == "human"]
    translate, said = _orthologs(human, species, knowledge)
    upstream = _upstream({name: translate if name in human else None for name in signals}, knowledge, genes)
    pairs, regulators = _targets(targets, knowledge, genes)
    return Priors(pairs, upstream, regulators, tuple(chosen), (*notes, *said))


def _targets(names: list[str], knowledge: Knowledge, genes: set[str]) -> tuple[pd.DataFrame, frozenset[str]]:
    import pandas as pd

    parts = []
    for name in names:
        found = knowledge.network(name)
        sure = found["confidence"].isin(SURE) | (not name.startswith("dorothea"))
        parts.append(found.loc[sure & (found["source"] != found["target"]), ["source", "target"]].assign(prior=name))
    whole = pd.concat(parts, ignore_index=True).rename(columns={"source": "regulator"})
    used = whole[whole["regulator"].isin(genes) & whole["target"].isin(genes)]
    pairs = used.groupby(["regulator", "target"], sort=True)["prior"].agg(",".join).reset_index()
    return pairs, frozenset(whole["regulator"])


def _upstream(names: dict[str, dict[str, str] | None], knowledge: Knowledge, genes: set[str]) -> pd.DataFrame:
    """Signed edges between measured genes; those whose signs contradict one another are left out.

    `names` has, of each network, the symbol in this species of each of its genes, or None where it needs no other.
    """
    import pandas as pd

    columns = ["source", "target", "sign", "database"]
    parts = [_translated(knowledge.network(name).assign(database=name)[columns], to) for name, to in names.items()]
    if not parts:
        return pd.DataFrame({column: pd.Series(dtype=int if column == "sign" else str) for column in columns})
    whole = pd.concat(parts, ignore_index=True)
    used = whole["source"].isin(genes) & whole["target"].isin(genes) & (whole["source"] != whole["target"])
    pairs = whole[used & (whole["sign"] != 0)].groupby(["source", "target"], sort=True)
    found = pairs.agg(sign=("sign", "min"), other=("sign", "max"), database=("database", _named)).reset_index()
    return found.loc[found["sign"] == found["other"], columns].reset_index(drop=True)


def _translated(edges: pd.DataFrame, to: dict[str, str] | None) -> pd.DataFrame:
    if to is None:
        return edges
    return edges.assign(**{side: edges[side].map(to) for side in ("source", "target")}).dropna()


def _named(names: pd.Series) -> str:
    return ",".join(dict.fromkeys(names))


def _orthologs(signals: list[str], species: str, knowledge: Knowledge) -> tuple[dict[str, str] | None, list[str]]:
    """Symbol in the species of each human gene; None where the networks are of it already."""
    if species == "human" or not signals:
        return None, []
    found = knowledge.orthologs(species)
    if found is None:
        return {}, [f"Signalling is known of human genes, and no table of orthologs of {species} is here: only "
                    "regulators can be simulated. Fetch it from the Library."]  # fmt: skip
    return {human: own for own, human in found.items()}, [
        f"Signalling is that of the human orthologs of {species} genes."
    ]
