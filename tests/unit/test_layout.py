"""Who may import whom, held for every file; no circles; a light engine."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP_LEVEL = {
    "app", "engine", "assets", "data", "tests", "Procfile", "requirements.txt", "README.md",
    "Makefile", "pyproject.toml", "LICENSE", "CHANGELOG.md", ".ci", ".gitignore",
}  # fmt: skip
SCIENCE = {"numpy", "scipy", "pandas", "sklearn", "anndata", "scanpy", "igraph", "leidenalg", "umap", "gseapy",
           "h5py", "zarr", "pydeseq2"}
BASE = {"engine.errors", "engine.types", "engine.params", "engine.progress", "engine.settings", "engine.store"}

# room → what it may import beside the standard library and itself; a longer name goes before a shorter one
MAY = {
    "engine.types": {"numpy", "pandas", "anndata", "engine.errors"},
    "engine.errors": set(),
    "engine.params": {"engine.errors"},
    "engine.profiles": {"engine.errors", "engine.params"},
    "engine.progress": set(),
    "engine.settings": {"engine.errors", "platformdirs"},
    "engine.words": set(),
    "engine.caution": set(),
    "engine.store": {"engine.errors", "engine.settings", "anndata", "h5py", "fsspec", "diskcache"},
    "engine.library": BASE | {"engine.io"},
    "engine.studies": {"engine.errors", "engine.types", "engine.io", "engine.screens.kinds", "engine.screens.names",
                       "numpy", "pandas"},
    "engine.terminal": {"engine.progress", "tqdm"},
    "engine.files": {"engine.errors", "engine.io.report", "engine.settings", "engine.store", "engine.types"},
    "engine.upload_bytes": {"engine.errors"},
    "engine.uploads": {"engine.errors", "engine.files", "engine.io.names", "engine.settings", "engine.store",
                       "engine.upload_bytes"},
    "engine.knowledge": BASE | {"engine.io", "pandas", "pooch"},
    "engine.check": BASE | SCIENCE | {"engine.io", "engine.pp.gene_activity", "engine.pp.orthologs"},
    "engine.intake": BASE | SCIENCE | {"engine.check", "engine.files", "engine.io", "engine.knowledge"},
    "engine.io": BASE | SCIENCE,
    "engine.pp": BASE | SCIENCE | {"engine.io.genes", "engine.io.matrix"},
    "engine.graph.to_torch": BASE | {"numpy", "torch", "sklearn"},
    "engine.graph.cscore_gpu": {"engine.errors", "engine.graph", "engine.io.matrix", "numpy", "torch"},
    "engine.graph": BASE | SCIENCE | {"engine.io.matrix", "engine.pp"},
    "engine.models": {"torch", "torch_geometric", "engine.params"},
    "engine.train": BASE | {"torch", "lightning", "numpy", "engine.models", "engine.graph.to_torch"},
    "engine.tl.enrichment": BASE | SCIENCE | {"requests"},
    "engine.tl.differential": BASE | SCIENCE | {"engine.graph", "engine.io.matrix", "engine.pp", "engine.tl.adjust",
                                                "engine.tl.leiden"},
    "engine.tl": BASE | SCIENCE,
    "engine.causal": BASE | SCIENCE | {"engine.tl.adjust"},
    "engine.causes": BASE | {"engine.causal", "engine.command", "engine.knowledge", "anndata", "pandas"},
    "engine.metrics": BASE | SCIENCE | {"engine.tl"},
    "engine.jobs.celery_app": BASE | {"celery", "kombu", "engine.jobs"},
    "engine.jobs.tasks": BASE | {"celery", "engine.jobs"},
    "engine.jobs": BASE | {"sqlalchemy", "engine.calibration", "engine.causes", "engine.comparison", "engine.contrasts",
                           "engine.enrich", "engine.files", "engine.intake", "engine.knockout", "engine.knowledge",
                           "engine.library", "engine.pipeline", "engine.tl", "engine.trials", "torch"},
    "engine.methods": BASE | SCIENCE | {"torch", "gensim", "engine.graph", "engine.train", "engine.models",
                                        "engine.metrics", "engine.tl", "engine.io.vectors"},
    "engine.command": {"engine.params", "engine.profiles"},
    "engine.calibration": BASE | SCIENCE | {"torch", "engine.assemble", "engine.graph", "engine.io", "engine.methods",
                                            "engine.pipeline", "engine.tl", "engine.train"},
    "engine.assemble": BASE | SCIENCE | {"engine.methods", "engine.metrics", "engine.tl", "engine.graph.split",
                                         "engine.command"},
    "engine.gene_level": BASE | SCIENCE | {"engine.knowledge", "engine.metrics"},
    "engine.enrich": BASE | {"engine.knowledge", "engine.library", "engine.tl.enrichment", "anndata", "pandas"},
    "engine.contenders": BASE | {"engine.methods"},
    "engine.benchmark": BASE | SCIENCE | {"engine.assemble", "engine.contenders", "engine.graph.split",
                                          "engine.io.vectors", "engine.methods", "engine.metrics", "engine.tl"},
    "engine.comparison": BASE | SCIENCE | {"engine.benchmark", "engine.contenders", "engine.gene_level",
                                           "engine.knowledge", "engine.pipeline"},
    "engine.pipeline": BASE | {"engine.assemble", "engine.methods", "engine.graph", "engine.io", "engine.tl"},
    "engine.contrasts": BASE | SCIENCE | {"engine.command", "engine.graph", "engine.io", "engine.methods", "engine.pp",
                                          "engine.tl"},
    "engine.screens": BASE | SCIENCE | {"engine.check", "engine.io", "engine.library", "engine.tl.adjust"},
    "engine.simulate": BASE | SCIENCE,
    "engine.gene_features": BASE | SCIENCE | {"engine.io", "engine.knowledge", "engine.tl.neighbours",
                                              "sentence_transformers"},
    "engine.perturb": BASE | SCIENCE | {"threadpoolctl", "torch", "engine.metrics", "engine.models", "engine.tl",
                                        "engine.train"},
    "engine.knockout": BASE | SCIENCE | {"engine.command", "engine.gene_features", "engine.io", "engine.knowledge",
                                         "engine.perturb", "engine.pp", "engine.screens", "engine.tl"},
    "engine.trials": BASE | SCIENCE | {"engine.gene_features", "engine.knowledge", "engine.metrics", "engine.perturb",
                                       "engine.screens", "engine.words"},
    "engine.report": BASE | SCIENCE | {"matplotlib", "engine.caution", "engine.tl.changed",
                                       "engine.tl.differential.jackknife", "engine.words"},
    "engine.__main__": {"engine.commands", "engine.errors", "engine.settings"},
    "engine.commands": BASE | SCIENCE | {"engine.calibration", "engine.causes", "engine.command", "engine.comparison",
                                         "engine.contenders", "engine.contrasts", "engine.enrich", "engine.files",
                                         "engine.graph", "engine.intake", "engine.io", "engine.knockout",
                                         "engine.knowledge", "engine.library", "engine.metrics", "engine.pipeline",
                                         "engine.pp", "engine.profiles", "engine.report", "engine.screens",
                                         "engine.simulate", "engine.studies", "engine.terminal", "engine.tl",
                                         "engine.trials"},
    "app.figures": {"plotly", "pandas", "numpy", "engine.errors", "engine.types", "engine.metrics", "engine.tl.flows"},
    "app": SCIENCE | {"engine", "dash", "dash_mantine_components", "dash_ag_grid", "dash_bio", "dash_cytoscape",
                      "plotly", "flask",
                      "orjson", "werkzeug", "gunicorn"},
}  # fmt: skip


def module_of(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


FILES = {module_of(path): path for room in ("engine", "app") for path in (ROOT / room).rglob("*.py")}


def imports(module: str) -> set[str]:
    """Full names of what a module imports, wherever in it; modules of ours as far down as they are modules."""
    found = set()
    for node in ast.walk(ast.parse(FILES[module].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} uses a relative import"
            full = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in FILES else node.module for name in full.values()}
    return {name for name in found if name.split(".")[0] not in sys.stdlib_module_names}


def room_of(module: str) -> str:
    return max((room for room in MAY if module == room or module.startswith(room + ".")), key=len, default="")


def allowed(name: str, room: str) -> bool:
    """Whether `name` is the room itself, is in its list, or lies inside something in its list; all see the version."""
    return name == "engine" or any(name == may or name.startswith(may + ".") for may in MAY[room] | {room})


@pytest.mark.parametrize("module", sorted(FILES.keys() - {"engine"}))
def test_a_file_imports_only_what_its_room_may(module):
    room = room_of(module)
    assert room, f"{module} belongs to no room of the table"
    wrong = sorted(name for name in imports(module) if not allowed(name, room))
    assert not wrong, f"{module} ({room}) may not import {', '.join(wrong)}"


@pytest.mark.parametrize("module", sorted(name for name in FILES if name.startswith("engine")))
def test_the_engine_knows_no_screen(module):
    assert not {name.split(".")[0] for name in imports(module)} & {"app", "dash", "flask", "plotly"}


def test_celery_is_imported_in_two_files_and_torch_in_two_of_graph():
    users = {module for module in FILES if {"celery", "kombu"} & {n.split(".")[0] for n in imports(module)}}
    assert users <= {"engine.jobs.celery_app", "engine.jobs.tasks"}
    graph = {m for m in FILES if m.startswith("engine.graph") and "torch" in {n.split(".")[0] for n in imports(m)}}
    assert graph == {"engine.graph.to_torch", "engine.graph.cscore_gpu"}


def test_figures_never_import_dash():
    assert not [m for m in FILES if m.startswith("app.figures") and any(n.startswith("dash") for n in imports(m))]


def test_dash_bio_is_imported_in_one_component_and_only_when_it_is_used():
    users = {module for module in FILES if any(name.startswith("dash_bio") for name in imports(module))}
    assert users == {"app.components.module_map"}
    tree = ast.parse(FILES["app.components.module_map"].read_text())
    assert not [node for node in tree.body if isinstance(node, ast.Import) and node.names[0].name == "dash_bio"]


def test_there_is_no_circle_of_imports():
    """Imports inside functions count too; a package and its own modules are one name each."""
    graph = {module: {name for name in imports(module) if name in FILES and name != module} for module in FILES}
    done, path = set(), []

    def visit(module: str) -> None:
        assert module not in path, " → ".join([*path[path.index(module) :], module])
        if module in done:
            return
        path.append(module)
        for name in sorted(graph[module]):
            visit(name)
        path.pop()
        done.add(module)

    for module in sorted(graph):
        visit(module)


def test_importing_the_engine_loads_nothing_heavy():
    code = "import sys, engine, engine.types, engine.settings, engine.library, engine.jobs.table; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert not {"torch", "scanpy", "celery", "anndata", "dash", "umap", "igraph"} & set(loaded.split())


def test_the_top_level_holds_only_what_the_design_names():
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT).stdout.split()
    if not listed:
        pytest.skip("not a git checkout")
    assert {name.split("/")[0] for name in listed} <= TOP_LEVEL


def test_every_engine_and_app_file_says_its_one_idea_in_its_first_line():
    texts = {module: path.read_text() for module, path in FILES.items()}
    assert [module for module, text in texts.items() if text and not ast.get_docstring(ast.parse(text))] == []
