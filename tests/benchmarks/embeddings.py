"""Every method on the real studies and the bundled one, by one protocol: `python -m tests.benchmarks.embeddings`.

Arguments: names of studies (blood, breast, covid, bundled; all without one), `--out FOLDER` for the long tables,
and any option of `python -m engine benchmark embeddings`, such as `--seeds 0-9 --methods all --tasks`. Needs the
shared data; the gene-level truth comes from there as a mirror.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from engine.__main__ import main as engine
from tests.shared_data import ROOT

DATA = (ROOT / os.environ.get("GENEWEAVE_TEST_DATA", "../shared")).resolve()
TRUTH = ("genes-hgnc", "genes-grch38", "dosage-sensitivity", "bivalent-promoters", "regulatory-range",
         "notch1-network", "tf-target-pairs", "go-processes", "reactome")  # fmt: skip
FILES = {
    "covid": ("covid/combat_pbmc_covid_4donors.h5ad,tissue=blood,split=donor",),
    "blood": ("multimodal/rna/hao_pbmc_1k.h5ad,tissue=blood", "multimodal/rna/kang_pbmc_ctrl_stim.h5ad,tissue=blood,"
              "split=batch", "multimodal/atac/granja_bmmc_gene_activity.h5ad,tissue=bone marrow",
              "multimodal/cite/pbmc5k_protein_200cells.h5ad,tissue=blood"),
    "breast": ("multimodal/spatial/visium_human_breast_normal.h5ad",
               "multimodal/spatial/st_human_breast_cancer_4layers.h5ad,tissue=breast,condition=cancer,split=layer"),
    "bundled": (),
}  # fmt: skip


def main(argv: list[str] | None = None) -> None:
    """Compare on each study and print its summary."""
    parser = argparse.ArgumentParser()
    parser.add_argument("studies", nargs="*", metavar="STUDY", help=", ".join(FILES))
    parser.add_argument("--out", type=Path, default=Path(tempfile.mkdtemp()))
    args, options = parser.parse_known_args(argv)
    os.environ.setdefault("GENEWEAVE_HOME", str(args.out / "home"))
    os.environ["GENEWEAVE_MIRROR"] = str(DATA)
    for name in TRUTH:
        engine(["fetch", name])
    for study in args.studies or FILES:
        print(f"\n{study}", flush=True)
        engine(["benchmark", "embeddings", _study(study, args.out), *options, "--out", str(args.out / f"{study}.tsv")])


def _study(name: str, folder: Path) -> str:
    """Name of the bundled study, or the file of a study made from the shared data."""
    if not FILES[name]:
        return "pbmc68k-lineages"
    path = folder / f"{name}.toml"
    files = [word for file in FILES[name] for word in ("--file", str(DATA / "data" / file))]
    engine(["study", "new", "--title", name.capitalize(), *files, "--out", str(path)])
    return str(path)


if __name__ == "__main__":
    main(sys.argv[1:])
