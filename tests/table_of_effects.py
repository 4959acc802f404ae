"""A made-up screen as files: a table of effects, and a study of it."""

from __future__ import annotations

from pathlib import Path

from anndata import AnnData

from tests.made_up_screen import made_up_screen


def write_effects(folder: Path, *, name: str = "effects", n_singles: int = 14, n_pairs: int = 8, n_genes: int = 60,
                  seed: int = 0) -> Path:
    """Write the changes of a made-up screen by interference as an h5ad table, a row a perturbation."""
    screen, _, _ = made_up_screen(n_singles, n_pairs, n_genes, seed=seed)
    table = AnnData(screen.delta.copy(), obs=screen.adata.obs[[]], var=screen.adata.var[[]])
    table.obs["target"] = table.obs_names
    table.layers["se"] = screen.se.copy()
    folder.mkdir(parents=True, exist_ok=True)
    table.write_h5ad(folder / f"{name}.h5ad")
    return folder / f"{name}.h5ad"


def write_effects_study(folder: Path, *, name: str = "effects", n_singles: int = 14, n_pairs: int = 8) -> Path:
    """Write that table and a study of it."""
    path = write_effects(folder, name=name, n_singles=n_singles, n_pairs=n_pairs)
    study = folder / f"{name}.toml"
    study.write_text(f'name = "{name}"\ntitle = "A made-up table of effects"\n[perturbed]\nkind = "interference"\n'
                     f'[[datasets]]\nname = "table"\npath = "{path.name}"\nmodality = "effects"\n')
    return study
