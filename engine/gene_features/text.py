"""What is written about genes, as vectors: encoded sentences of summaries, their words, or gene sets without either."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.gene_features.encoder import INSTALL, Encoder, encoded, encoders
from engine.gene_features.kept import here, kept, naming_files
from engine.gene_features.memberships import PATHWAYS, PROCESSES, memberships
from engine.gene_features.names import HUMAN, Names
from engine.tl.neighbours import unit_rows
from engine.types.perturbations import GeneFeatures, GeneKernel

if TYPE_CHECKING:
    from engine.knowledge import Knowledge
    from engine.progress import Progress
    from engine.store import Store

VERSION = 1
SUMMARIES = "gene-summaries"
DIMENSIONS = 128  # of words and of gene sets
Vectors = tuple[list[str], np.ndarray]


def text_of(names: Names, knowledge: Knowledge, store: Store, progress: Progress, *, asked: str = ""
            ) -> tuple[GeneKernel | None, GeneFeatures | None, list[str]]:  # fmt: skip
    """Likeness of genes by what is written about them, their text features, and sentences on what is missing.

    The sentences of summaries are encoded where an encoder is installed. Without one, likeness is by the words of the
    summaries, and the features are memberships in gene sets, as they are without summaries.

    Parameters
    ----------
    asked
        Name of an encoder at a model hub; empty takes the one that a package carries.
    """
    summaries, notes = _summaries(names, knowledge)
    if len(summaries) < 2:
        return None, _from_sets(names, knowledge, store), notes
    for encoder in encoders(asked):
        try:
            vectors = _sentences(summaries, encoder, names, knowledge, store, progress)
        except OSError:
            notes.append(f"'{encoder.name}' could not be had from a model hub: check its name and the network.")
            continue
        said = f"RefSeq summaries encoded by {encoder.name}"
        return _kernel(names, vectors, f"Cosine of {said}"), _features(names, vectors, said), notes
    notes.append(f"No sentence encoder is installed: summaries are compared by their words. Install one with "
                 f"'{INSTALL}'.")  # fmt: skip
    files = [knowledge.path(SUMMARIES), *naming_files(names.species, knowledge)]
    words = kept("words", VERSION, files, lambda: words_of(list(summaries.values())), store=store,
                 given=[names.species])  # fmt: skip
    kernel = _kernel(names, (list(summaries), words), "Cosine of the words of RefSeq summaries (tf-idf)")
    return kernel, _from_sets(names, knowledge, store), notes


def _sentences(summaries: dict[str, str], encoder: Encoder, names: Names, knowledge: Knowledge, store: Store,
               progress: Progress) -> Vectors:  # fmt: skip
    files = [knowledge.path(SUMMARIES), *naming_files(names.species, knowledge)]
    half = kept("sentences", VERSION, files,
                lambda: encoded(list(summaries.values()), encoder, store, progress).astype(np.float16), store=store,
                given=[names.species, encoder.name])  # fmt: skip
    return list(summaries), half.astype(np.float32)


def words_of(texts: list[str], n: int = DIMENSIONS) -> np.ndarray:
    """Leading components of the tf-idf of words, float32 (n_texts, at most n): latent semantic analysis."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    rare = 3 if len(texts) > 100 else 1
    counts = TfidfVectorizer(sublinear_tf=True, min_df=rare, max_df=0.5, stop_words="english")
    weights = counts.fit_transform(texts)
    n = max(1, min(n, min(weights.shape) - 1))
    return TruncatedSVD(n, random_state=0).fit_transform(weights).astype(np.float32)


def _summaries(names: Names, knowledge: Knowledge) -> tuple[dict[str, str], list[str]]:
    """Summary by symbol of the study's species, and why there is none."""
    if not here([SUMMARIES], knowledge):
        return {}, [f"Gene summaries are not on this machine: fetch '{SUMMARIES}' from the Library."]
    if not names.takes_human:
        return {}, [f"Gene summaries are of human genes: fetch 'orthologs-{names.species}' from the Library to use "
                    "them."]  # fmt: skip
    found = knowledge.summaries(HUMAN)
    named = zip(names.of(found), found.values(), strict=True)
    return {gene: text for gene, text in named if gene}, []


def _from_sets(names: Names, knowledge: Knowledge, store: Store) -> GeneFeatures | None:
    """Leading components of memberships in gene sets, for want of text."""
    from sklearn.decomposition import TruncatedSVD

    groups = (*PATHWAYS, *PROCESSES)
    if not names.takes_human or not any(here(group, knowledge) for group in groups):
        return None
    used, genes, member = memberships(names, knowledge, groups)
    if min(member.shape) < 2:
        return None
    files = [*map(knowledge.path, used), *naming_files(names.species, knowledge)]
    n = min(DIMENSIONS, min(member.shape) - 1)
    vectors = kept("sets", VERSION, files, lambda: TruncatedSVD(n, random_state=0).fit_transform(member), store=store,
                   given=[*used, names.species])  # fmt: skip
    said = f"Memberships in {', '.join(used)}, for want of encoded summaries"
    return _features(names, (genes.tolist(), vectors), said)


def _kernel(names: Names, found: Vectors, source: str) -> GeneKernel:
    genes, rows = names.rows(found[0])
    centred = found[1] - found[1].mean(axis=0)  # what all summaries have in common says nothing
    return GeneKernel("text", "Gene summaries", source, genes, unit_rows(centred)[rows])


def _features(names: Names, found: Vectors, source: str) -> GeneFeatures:
    genes, rows = names.rows(found[0])
    return GeneFeatures("text", source, genes, unit_rows(found[1])[rows])
