"""What a model may know of genes: gathered for a screen, and as a text that changes when any of it does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import GeneweaveError, InvalidParameter
from engine.io.files import content_hash, known_hash
from engine.params import KnockoutParams
from engine.store import Store
from engine.types import META, GeneKnowledge, Screen, targets_of

if TYPE_CHECKING:
    from engine.knowledge import Knowledge

SILENT = ("example", "gene pairs")  # kinds of the library that say nothing of a gene before it is perturbed
OF_NETWORKS = ("TF targets", "signalling", "orthologs")


def known_of(screen: Screen, params: KnockoutParams, *, store: Store, knowledge: Knowledge) -> GeneKnowledge:
    """All that is known of the genes of a screen before it: see `engine.gene_features.gather`."""
    from engine.gene_features import gather

    genes = dict.fromkeys([*screen.genes.tolist(), *(gene for name in screen.names for gene in targets_of(name))])
    return gather(list(genes), species=screen.facts["species"], knowledge=knowledge, store=store, params=params,
                  screen=screen, study=screen.facts["study"])  # fmt: skip


def contents_known(params: KnockoutParams, *, basis: str, study: str, store: Store, knowledge: Knowledge) -> list[str]:
    """Content of all that a model of a study may learn from beside its own files, sorted.

    Of a network its networks; of a screen every file of the library that is here, gene maps of the study, screens of
    others, and the file of sequences.

    Raises
    ------
    InvalidParameter
        When a file of sequences is named that is not there.
    """
    found = _library(knowledge, store, kinds=OF_NETWORKS if basis == "network" else ())
    if basis == "screen":
        found += [name for name in store.names("embedding") if params.map in (name, "")
                  and (params.map or _study(name, store) == study)]  # fmt: skip
        found += [name for name in store.names("screen") if _study(name, store) not in ("", study)]
        found += [f"sequences:{_sequences(params)}"]
    return sorted(found)


def _library(knowledge: Knowledge, store: Store, *, kinds: tuple[str, ...]) -> list[str]:
    entries = [entry for entry in (*knowledge.entries(), *knowledge.own()) if entry.kind not in SILENT
               and (not kinds or entry.kind in kinds) and knowledge.has(entry.name)]  # fmt: skip
    return [f"{entry.name}:{entry.sha256 or known_hash(str(knowledge.path(entry.name)), store=store)}"
            for entry in entries]  # fmt: skip


def _study(name: str, store: Store) -> str:
    """Which study a stored result is of, remembered; empty where it cannot be read."""
    try:
        return store.memo(f"study-of:{name}", lambda: json.loads(store.read(name).uns[META])["study"])
    except (GeneweaveError, KeyError):
        return ""


def _sequences(params: KnockoutParams) -> str:
    if not params.sequences:
        return ""
    path = Path(params.sequences).expanduser()
    if not path.is_file():
        raise InvalidParameter(f"A file of sequences was expected at '{path}', none is there. Correct the path.")
    return content_hash(path)
