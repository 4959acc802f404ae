/* What every button and shortcut of the Atlas does; one listener for clicks, one for keys. */
(function () {
  const atlas = (window.geneweaveAtlas = window.geneweaveAtlas || {});
  const KEYS = { l: "lasso", b: "box", e: "export", "/": "search", Escape: "escape" };

  const acts = {
    pan: () => atlas.setMode("pan"),
    lasso: () => atlas.setMode("lasso"),
    box: () => atlas.setMode("box"),
    undo: () => atlas.undo(),
    redo: () => atlas.redo(),
    clear: () => atlas.state.select && atlas.select(""),
    escape: () => { acts.clear(); atlas.setMode("pan"); },
    export: () => atlas.byId("atlas-export").click(),
    search: () => { atlas.byId("atlas-search").focus(); atlas.byId("atlas-search").select(); },
    similarity: () => atlas.colourBy("similarity"),
    "gene-close": () => atlas.closeGene(),
    "zoom-in": () => atlas.zoom(0.7),
    "zoom-out": () => atlas.zoom(1 / 0.7),
    "zoom-fit": () => atlas.zoom(0),
    "show-all": () => atlas.update({ hide: {} }),
    level: (button) => atlas.toggleLevel(button.dataset.column, button.dataset.level),
    drawer: () => atlas.toggleDrawer(),
    figure: (button) => atlas.saveFigure(button),
    "table-csv": () => atlas.saveTable("csv"),
    "table-tsv": () => atlas.saveTable("tsv"),
    "copy-link": () => copy(window.location.origin + "/atlas?" + atlas.query(), "Link copied."),
    "paste-clear": () => { atlas.setProps("atlas-paste-text", { value: "" }); atlas.setProps("atlas-paste-news", { children: null }); },
  };

  async function copy(text, said) {
    try {
      await navigator.clipboard.writeText(text);
      atlas.notice(said);
      atlas.say(said);
    } catch {
      atlas.notice("This browser does not let pages copy: take the address from its bar.");
    }
  }

  document.addEventListener("click", (event) => {
    if (!atlas.live()) return;
    const button = event.target.closest("[data-act], [data-gene], [data-select], [data-copy]");
    if (!button || button.disabled) return;
    const { act, gene, select } = button.dataset;
    if (act) acts[act]?.(button);
    else if (gene) atlas.openGene(gene);
    else if (select) atlas.select(select);
    else copy(button.dataset.copy, "Copied.");
  });

  const typing = (element) => element.closest("input:not([type=radio]), textarea, select, [contenteditable=true], .ag-root-wrapper");
  const dialogOpen = () => document.querySelector("[role=dialog]");

  function keyed(event) {
    if (!atlas.live() || typing(event.target)) return;
    const command = event.ctrlKey || event.metaKey;
    let act = command || event.altKey ? undefined : KEYS[event.key];
    if (command && event.key.toLowerCase() === "z") act = event.shiftKey ? "redo" : "undo";
    if (!act || (dialogOpen() && act === "escape")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    acts[act]();
  }
  document.addEventListener("keydown", keyed, true);

  /* Enter in the search opens the best match, also when it is pressed before the list has marked one. */
  function searched(event) {
    if (event.key !== "Enter" || event.target.id !== "atlas-search" || !atlas.live()) return;
    const typed = event.target.value;
    setTimeout(() => typed && event.target.value === typed && atlas.openGene(bestMatch(typed.trim().toUpperCase())), 120);
  }

  function bestMatch(typed) {
    const { known, names } = atlas.data;
    const begins = names.find((name) => name.toUpperCase().startsWith(typed));
    return known.get(typed) ?? begins ?? names.find((name) => name.toUpperCase().includes(typed));
  }
  document.addEventListener("keydown", searched, true);
})();
