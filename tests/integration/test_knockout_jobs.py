"""Knockouts learned from a screen and from a study of cells, and a ranking, on real workers and both brokers."""

from engine.jobs.submit import submit_knockout, submit_rank
from engine.knockout import knock_out, load_model, model_id
from engine.knockout.rank import load_rank
from engine.knockout.wish import Wish
from engine.knowledge import Knowledge
from engine.library import Library
from engine.params import KnockoutParams, ScreenParams
from engine.store import Store
from tests.job_helpers import texts
from tests.knocked_down import write_screen
from tests.simulated import N_MODULES

FROM_SCREEN = KnockoutParams(screen=ScreenParams(permutations=50))
FROM_CELLS = KnockoutParams(networks="regulators", n_genes=50)
NO_PICTURE = "import engine.tl.umap as drawn; drawn.umap = lambda places, *_rest, **_more: places[:, :2]"
FIRST_MODULE = tuple(f"GENE{i}" for i in range(0, 60, N_MODULES))


def test_knockouts_are_learned_from_a_screen_and_from_cells_and_ranked_by_a_wish(place, tmp_path):
    write_screen(place.settings.folder("studies"))
    store, knowledge, library = Store(place.settings), Knowledge(place.settings), Library(place.settings)
    edges = [f"GENE{i}\tGENE{j}\t1" for i in range(8) for j in range(8, 50) if (i - j) % N_MODULES == 0]
    (tmp_path / "n.tsv").write_text("source\ttarget\tsign\n" + "\n".join(edges) + "\n")
    knowledge.add_own(tmp_path / "n.tsv", "TF targets", "Regulators")
    place.start_worker(before=NO_PICTURE)
    asked = {"knocked": FROM_SCREEN, "tiny": FROM_CELLS}
    jobs = {study: submit_knockout(place.table, study, params).id for study, params in asked.items()}
    ended = {study: place.ended(job) for study, job in jobs.items()}
    for study, params in asked.items():
        assert ended[study].status == "done", ended[study].error
        assert ended[study].result == model_id(library.study(study), params, store=store, knowledge=knowledge)

    screen, network = (load_model(ended[study].result, store=store) for study in asked)
    told = knock_out(screen, "GENE4")
    assert told.table.loc["GENE4", "target"] and told.table["measured"].notna().all()
    told = knock_out(network, "GENE4").table
    assert (told.loc[told["target"], "change"] < 0).all() and told.loc["GENE8", "change"] < -0.05

    ranked = submit_rank(place.table, ended["knocked"].result, Wish("lower", genes=FIRST_MODULE, title="the first"))
    ranked = place.ended(ranked.id)
    assert ranked.status == "done", ranked.error
    first = load_rank(ranked.result, store=store).table.index[:4]
    assert all(gene in FIRST_MODULE for gene in first)
    again = place.ended(submit_knockout(place.table, "knocked", FROM_SCREEN).id)
    assert again.result == screen.facts["id"] and "taken from the store" in " ".join(texts(place.table, again))

    refused = place.ended(submit_knockout(place.table, "tiny", KnockoutParams(basis="screen")).id)
    assert refused.status == "failed" and "'tiny' was expected to be a screen" in refused.error
    refused = place.ended(submit_rank(place.table, "knockout-0", Wish("towards", to="T cell")).id)
    assert refused.status == "failed" and "There is no model 'knockout-0' of knockouts" in refused.error
