"""Commands for gene maps: studies, embed, evaluate."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import fields
from pathlib import Path

from engine.errors import InvalidParameter
from engine.library import Library
from engine.params import EmbedParams, MethodParams, MuseParams, NetworkParams, TrainParams
from engine.profiles import PRESETS, PROFILES, start_from
from engine.settings import Settings

GROUPS = {"method": MethodParams, "network": NetworkParams, "model": MuseParams, "training": TrainParams}


def add(commands) -> None:
    """Add the commands to the parser of `python -m engine`."""
    commands.add_parser("studies", help="list the studies").set_defaults(run=_studies)
    embed = commands.add_parser("embed", help="make the gene map of a study")
    embed.set_defaults(run=_embed)
    embed.add_argument("study", help="name of a study, or a TOML file")
    embed.add_argument("--out", type=Path, required=True, metavar="E.h5ad", help="where to write the map")
    embed.add_argument("--device", default=None, help="auto, cpu, cuda or mps")
    add_starts(embed)
    for group in GROUPS.values():
        add_parameters(embed, group)
    evaluate = commands.add_parser("evaluate", help="measure a map; prints JSON")
    evaluate.set_defaults(run=_evaluate)
    evaluate.add_argument("map", type=Path, metavar="E.h5ad")


def add_starts(parser: argparse.ArgumentParser) -> None:
    """Options for where the parameters start from; any parameter that is given wins over them."""
    parser.add_argument("--profile", choices=tuple(PROFILES), default="fast",
                        help="fast: as Geneweave makes its figures; paper: MuSe-GNN as published")  # fmt: skip
    about = "; ".join(f"{preset.name}: {preset.about[0].lower()}{preset.about[1:].rstrip('.')}" for preset in PRESETS)
    parser.add_argument("--preset", choices=[preset.name for preset in PRESETS], default="standard", help=about)


def add_parameters(parser: argparse.ArgumentParser, group: type, *, without: tuple[str, ...] = ()) -> None:
    """Options for every field of a dataclass but those `without`; what is not given is None: see `given_parameters`."""
    section = parser.add_argument_group(group.__doc__.splitlines()[0].rstrip("."))
    for f in (f for f in fields(group) if f.name not in without):
        section.add_argument(
            f"--{f.name.replace('_', '-')}", type=type(f.default), default=None,
            choices=f.metadata["choices"] or None, metavar=None if f.metadata["choices"] else f.name[0].upper(),
            help=f"{f.metadata['doc']} (standard {f.default})".replace("%", "%%"),
        )  # fmt: skip


def given_parameters(args: argparse.Namespace) -> EmbedParams:
    """The parameters of the profile and preset, with those that were given in their place."""
    found = start_from(getattr(args, "profile", "fast"), getattr(args, "preset", "standard")).to_dict()
    for name, group in GROUPS.items():
        given = {f.name: getattr(args, f.name, None) for f in fields(group)}
        found[name] |= {key: value for key, value in given.items() if value is not None}
    return EmbedParams.from_dict(found)


def _studies(args: argparse.Namespace, settings: Settings) -> None:
    library = Library(settings)
    for study in library.studies():
        print(f"{study.name}\n    {study.title}: {', '.join(source.name for source in study.datasets)}")
    for file, sentence in library.problems():
        print(f"geneweave: {file} cannot be used. {sentence}", file=sys.stderr)


def _embed(args: argparse.Namespace, settings: Settings) -> None:
    from engine import pipeline
    from engine.store import Store
    from engine.terminal import TerminalProgress

    params, store = given_parameters(args), Store(settings)
    if not args.out.resolve().parent.is_dir():
        raise InvalidParameter(f"--out must lie in a folder that exists, found '{args.out}'. Make the folder first.")
    study = Library(settings).study(args.study)
    with TerminalProgress() as progress:
        name = pipeline.embed(study, params, store=store, device=args.device or settings.device, progress=progress)
    store.export(name, args.out)
    print(f"{args.out}: {pipeline.load_embedding(name, store=store).adata.n_obs:,} genes of {study.title}")


def _evaluate(args: argparse.Namespace, settings: Settings) -> None:
    from engine import pipeline
    from engine.store import Store

    print(json.dumps(pipeline.evaluate(pipeline.read_embedding(args.map), store=Store(settings)), indent=2))
