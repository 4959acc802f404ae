"""The literature that a report may rest on; it lists only what its sentences cite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.report.text import Sentence


@dataclass(frozen=True)
class Reference:
    """A work: authors, title, where, year, and its address where it has one."""

    authors: str
    title: str
    where: str
    year: str
    link: str = ""

    @property
    def text(self) -> str:
        """In the field's form, without the link."""
        told = f"{self.authors} {self.title}. {self.where}" if self.title else self.authors
        return f"{told} ({self.year})." if self.year else told


REFERENCES = {
    "cs-core": Reference(
        "Su, C., Xu, Z., Shan, X., Cai, B., Zhao, H. & Zhang, J.",
        "Cell-type-specific co-expression inference from single cell RNA-sequencing data",
        "Nature Communications 14, 4846", "2023", "https://doi.org/10.1038/s41467-023-40503-7"),
    "muse-gnn": Reference(
        "Liu, T., Wang, Y., Ying, R. & Zhao, H.",
        "MuSe-GNN: Learning Unified Gene Representation From Multimodal Biological Graph Data",
        "Advances in Neural Information Processing Systems 36", "2023", "https://arxiv.org/abs/2310.02275"),
    "deseq2": Reference(
        "Love, M. I., Huber, W. & Anders, S.",
        "Moderated estimation of fold change and dispersion for RNA-seq data with DESeq2",
        "Genome Biology 15, 550", "2014", "https://doi.org/10.1186/s13059-014-0550-8"),
    "pydeseq2": Reference(
        "Muzellec, B., Teleńczuk, M., Cabeli, V. & Andreux, M.",
        "PyDESeq2: a python package for bulk RNA-seq differential expression analysis",
        "Bioinformatics 39, btad547", "2023", "https://doi.org/10.1093/bioinformatics/btad547"),
    "sam": Reference(
        "Tusher, V. G., Tibshirani, R. & Chu, G.",
        "Significance analysis of microarrays applied to the ionizing radiation response",
        "Proceedings of the National Academy of Sciences 98, 5116–5121", "2001",
        "https://doi.org/10.1073/pnas.091062498"),
    "bh": Reference(
        "Benjamini, Y. & Hochberg, Y.",
        "Controlling the false discovery rate: a practical and powerful approach to multiple testing",
        "Journal of the Royal Statistical Society, Series B 57, 289–300", "1995",
        "https://doi.org/10.1111/j.2517-6161.1995.tb02031.x"),
    "leiden": Reference(
        "Traag, V. A., Waltman, L. & van Eck, N. J.",
        "From Louvain to Leiden: guaranteeing well-connected communities",
        "Scientific Reports 9, 5233", "2019", "https://doi.org/10.1038/s41598-019-41695-z"),
    "umap": Reference(
        "McInnes, L., Healy, J., Saul, N. & Großberger, L.",
        "UMAP: Uniform Manifold Approximation and Projection",
        "Journal of Open Source Software 3(29), 861", "2018", "https://doi.org/10.21105/joss.00861"),
    "gseapy": Reference(
        "Fang, Z., Liu, X. & Peltz, G.",
        "GSEApy: a comprehensive package for performing gene set enrichment analysis in Python",
        "Bioinformatics 39, btac757", "2023", "https://doi.org/10.1093/bioinformatics/btac757"),
    "causal": Reference(
        "Krämer, A., Green, J., Pollard, J. Jr & Tugendreich, S.",
        "Causal analysis approaches in Ingenuity Pathway Analysis",
        "Bioinformatics 30, 523–530", "2014", "https://doi.org/10.1093/bioinformatics/btt703"),
}  # fmt: skip


def cited(sentences: Sequence[Sentence], citation: str) -> dict[str, Reference]:
    """The references in the order in which the sentences cite them; `citation` is the study's own, under `study`."""
    known = {**REFERENCES, **({"study": Reference(citation, "", "", "")} if citation else {})}
    keys = dict.fromkeys(key for sentence in sentences for key in sentence.cites)
    return {key: known[key] for key in keys if key in known}


def marks(sentence: Sentence, order: dict[str, Reference]) -> list[int]:
    """Numbers of the references of a sentence."""
    places = list(order)
    return [places.index(key) + 1 for key in sentence.cites if key in order]
