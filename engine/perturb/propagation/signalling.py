"""From a gene that regulates nothing itself to the regulators that signed signalling leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array

LONGEST = 3  # steps of signalling from a gene to a regulator
SHARE = 0.5  # of the change of a gene's expression that one step is assumed to hand on


@dataclass(frozen=True)
class Reached:
    """A regulator that signalling leads to: with which sign, over how many steps, and one of its shortest paths.

    `path` has source, target and sign of every step.
    """

    regulator: str
    sign: int
    path: tuple[tuple[str, str, int], ...]

    @property
    def handed_on(self) -> float:
        """Assumed change of the regulator's expression for one of the gene's, half of it a step, with its sign."""
        return self.sign * SHARE ** len(self.path)


@dataclass(frozen=True)
class Signalling:
    """Signed steps between genes that the same cells express.

    `nodes` are the genes, str (n_nodes,); `steps` the signs, sparse (n_nodes, n_nodes), from source to target; `ends`
    marks the regulators, bool (n_nodes,). A path ends at the first regulator: what that does further down is the
    regression's to tell.
    """

    nodes: np.ndarray
    steps: csr_array
    ends: np.ndarray

    @classmethod
    def of(cls, edges: pd.DataFrame, *, seen: set[str], regulators: set[str]) -> Signalling:
        """The edges source, target, sign of which both genes are seen; a pair is there once."""
        import pandas as pd
        from scipy.sparse import csr_array

        source, target = (edges[column].astype(str) for column in ("source", "target"))
        used = source.isin(seen) & target.isin(seen) & (edges["sign"] != 0) & (source != target)
        source, target = source[used], target[used]
        nodes = pd.Index(pd.unique(pd.concat([source, target])))
        signs = edges.loc[used, "sign"].to_numpy(np.float32)
        places = nodes.get_indexer(source), nodes.get_indexer(target)
        names = nodes.to_numpy(str)
        return cls(names, csr_array((signs, places), shape=(len(nodes),) * 2), np.isin(names, list(regulators)))

    def reached(self, gene: str) -> list[Reached]:
        """Regulators over the shortest signed paths; where these contradict one another it is not reached."""
        at = np.flatnonzero(self.nodes == gene)
        if not len(at):
            return []
        levels = [level[0] for level in self._levels(at)]
        return [self._found(gene, levels, n, int(node)) for n, level in enumerate(levels)
                for node in np.flatnonzero((level != 0) & self.ends)]  # fmt: skip

    def reaching(self) -> np.ndarray:
        """Whether each node reaches a regulator, bool (n_nodes,)."""
        levels = self._levels(np.arange(len(self.nodes)))
        return np.any([(level[:, self.ends] != 0).any(axis=1) for level in levels], axis=0)

    def handed_on(self, genes: np.ndarray, regulators: np.ndarray) -> np.ndarray:
        """Assumed change of regulators for one of genes, as `Reached.handed_on`, 0 where not reached: (n_genes, n)."""
        import pandas as pd

        nodes, found = pd.Index(self.nodes), np.zeros((len(genes), len(regulators)), np.float32)
        rows, columns = nodes.get_indexer(genes), nodes.get_indexer(regulators)
        known, there = np.flatnonzero(rows >= 0), np.flatnonzero(columns >= 0)
        levels = self._levels(rows[known]) if len(known) else []
        shares = sum(level[:, columns[there]] * SHARE ** (n + 1) for n, level in enumerate(levels))
        found[np.ix_(known, there)] = shares
        return found

    def _levels(self, roots: np.ndarray) -> list[np.ndarray]:
        """Signs with which roots reach every node in one to three steps, float32 (n_roots, n_nodes) each."""
        from scipy.sparse import csr_array, diags_array

        onward = csr_array(diags_array((~self.ends).astype(np.float32)) @ self.steps)
        touched = np.zeros((len(roots), len(self.nodes)), bool)
        touched[np.arange(len(roots)), roots] = True
        signs = csr_array(self.steps[roots])
        count, found = abs(signs), []
        for _ in range(LONGEST):
            fresh = (count.toarray() > 0) & ~touched
            level = np.where(fresh & (abs(signs).toarray() == count.toarray()), np.sign(signs.toarray()), 0)
            touched |= fresh
            found.append(level.astype(np.float32))
            here = csr_array(found[-1])
            signs, count = here @ onward, abs(here) @ abs(onward)
        return found

    def _found(self, gene: str, levels: list[np.ndarray], n: int, node: int) -> Reached:
        """One shortest path to a node of level `n`, walked backwards; level 0 is one step from the gene."""
        end, sign, path = node, int(levels[n][node]), []
        for level in range(n, 0, -1):
            into = self.steps[:, [node]].toarray().ravel()
            before = int(np.flatnonzero((levels[level - 1] != 0) & ~self.ends & (into != 0))[0])
            path.insert(0, (str(self.nodes[before]), str(self.nodes[node]), int(into[before])))
            node = before
        first = sign * int(np.prod([step[2] for step in path]))
        return Reached(str(self.nodes[end]), sign, ((gene, str(self.nodes[node]), first), *path))
