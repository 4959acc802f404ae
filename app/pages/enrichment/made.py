"""How was this made: the method in sentences, the command and its files, versions, what was asked, what to cite."""

from __future__ import annotations

from dash import html

from app.components.page_header import icon
from app.components.provenance import copied
from app.pages.enrichment import ids
from app.words import listing, plural, thin, whole
from engine.enrich import LIST, ONLINE, RANKING, Result

METHODS = {
    LIST: "Every gene set was cut to the background, the genes that could have been chosen, and held against the list "
          "by Fisher’s exact test, one-sided. The false discovery rate is Benjamini–Hochberg’s over all sets with 5 or "
          "more genes in the background, of all collections together, hit or not. The test takes genes as independent; "
          "genes that keep company are not, so read it as an order, not as a proof.",
    RANKING: "Preranked gene set enrichment analysis: do the genes of a set gather at an end of the ranking? Genes are "
             "permuted, which takes them as independent, so read p as an order. Ties were set apart by the seed. "
             "Neither p nor FDR is told below what the permutations can show.",
    ONLINE: "Enrichr was sent the genes and answered with its own test, background and adjustment, which counts only "
            "the sets that were hit.",
}  # fmt: skip
CITATIONS = {
    LIST: "Fang et al., GSEApy: a comprehensive package for performing gene set enrichment analysis in Python, "
          "Bioinformatics 39, btac757 (2023)",
    RANKING: "Subramanian et al., Gene set enrichment analysis, PNAS 102, 15545 (2005); Fang et al., GSEApy, "
             "Bioinformatics 39, btac757 (2023)",
    ONLINE: "Kuleshov et al., Enrichr: a comprehensive gene set enrichment analysis web server 2016 update, Nucleic "
            "Acids Research 44, W90 (2016)",
}  # fmt: skip
FOLDED = ("From the best term down, each takes in those whose genes overlap with its own by half or more (Jaccard "
          "index of the genes in the background); no number changes.")  # fmt: skip


def how_made(result: Result) -> html.Section:
    """A closed drawer."""
    request, facts = result.request, result.facts
    versions = listing([f"Geneweave {facts['version']}", *(f"{k} {v}" for k, v in facts["packages"].items())])
    terms = [("Method", METHODS[request.method]), ("Folding", FOLDED), ("Asked", _asked(result)),
             ("Command", html.Div([copied(facts["command"]), _files(result)])), ("Versions", versions),
             ("Please cite", CITATIONS[request.method])]  # fmt: skip
    if lacking := facts.get("in_sets", {}).get("missing"):
        said = f"{plural(len(lacking), 'gene')} of the list that no gene set has: {', '.join(lacking)}"
        terms.insert(3, ("In no set", said))
    if "smallest_p" in facts:
        least = (f"1 / {whole(request.permutations + 1)}, by {whole(request.permutations)} permutations; a set is "
                 "compared with those of its own sign, so about twice that is what can be reached")  # fmt: skip
        terms.insert(2, ("Smallest p", least))
    parts = [part for term, words in terms for part in (html.Dt(term), html.Dd(words))]
    return html.Section(html.Details([html.Summary("How was this made"), html.Dl(parts, className="gw-facts gw-how")],
                                     className="gw-details"), className="gw-card gw-card-low")  # fmt: skip


def _asked(result: Result) -> str:
    request, facts = result.request, result.facts
    sets = f"{listing(list(request.collections))}, {plural(facts['n_tested'], 'set')} tested"
    if request.method == LIST:
        return thin(f"{plural(facts['in_background']['n_matched'], 'gene')} in {request.universe}; {sets}")
    return f"{plural(len(request.genes), 'gene')}; {sets}"


def _files(result: Result) -> html.Div:
    """The lists that the command reads."""
    lists = {"genes": "The ranking" if result.request.method == RANKING else "The gene list"}
    lists |= {"background": "The background"} if result.request.method == LIST else {}
    buttons = [html.Button([icon("save"), word], id={"type": ids.FILE, "what": what, "ending": "txt"}, type="button",
                           className="gw-button-small") for what, word in lists.items()]  # fmt: skip
    return html.Div([html.Span("It reads", className="gw-muted gw-small"), *buttons], className="gw-row")
