"""All benchmarks, one after the other: `make benchmark`."""

from tests.benchmarks import (
    atlas_paint,
    causes,
    coexpression,
    conditions,
    differential,
    estimates,
    first_walk,
    gene_kernels,
    grape,
    knockout_click,
    knockout_page,
    macrophage,
    perturb_core,
    perturb_coverage,
    screens,
    study,
    training,
    upload,
    virtual_knockout,
)

for title, benchmark in (
    ("The bundled study", study), ("What maps were said to take", estimates),
    ("Training beside the published code", training),
    ("Co-expression beside the reference tools", coexpression), ("Two conditions, how fast", differential),
    ("Two conditions of real blood", conditions), ("Causes where there are none", causes),
    ("A screen of Norman's size", screens), ("Perturbations told by the core", perturb_core),
    ("Intervals of perturbations", perturb_coverage), ("Unseen knock-downs of macrophages", macrophage),
    ("What each likeness of genes is worth", gene_kernels), ("A click on a gene", knockout_click),
    ("The same in the browser", knockout_page),
    ("GRAPE at the size of Norman's screen", grape), ("The Atlas", atlas_paint),
    ("A newcomer's waits", first_walk), ("An upload of 2 GB", upload),
    ("Virtual beside real knock-outs", virtual_knockout),
):  # fmt: skip
    print(f"\n{title}", flush=True)
    benchmark.main()
