/* The Knockout page in the browser: the view from the controls, the address, clicks on genes, chips and rankings. */
(function () {
  const byId = (id) => document.getElementById(id);
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const nothing = () => window.dash_clientside.no_update;
  const live = () => Boolean(byId("ko"));
  const FRESH = { method: "auto", dose: 0, k: 20, way: "both", sort: "size", level: 90, hide: false, tab: "bars", rank: "" };
  const MOST = 6; // genes at once
  const SLOW = {
    alike: "Comparing with every perturbation …",
    pair: "Weighing the pair against its parts …",
    cells: "Leading the cells, and shuffled changes beside them …",
  };
  let view = null;
  let start = null;

  window.dashMantineFunctions = window.dashMantineFunctions || {};
  /* The server ranks the names; until it has answered what was typed, those of before that do not hold it are hidden,
     so that Enter takes no other. The closest names follow a word on the one that is not there, and hold it not. */
  window.dashMantineFunctions.asTheyCome = ({ options, search }) => {
    const holds = (option) => option.label.toLowerCase().includes(search.trim().toLowerCase());
    if (options[0]?.value === "?" && holds(options[0])) return options;
    return options.map((o) => (o.items ? { ...o, items: o.items.filter(holds) } : o)).filter((o) => (o.items ? o.items.length : holds(o)));
  };

  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const show = (changes) => view && setProps("ko-view", { data: { ...view, ...changes } });
  const tab = (name) => setProps("ko-tab", { value: name });

  function perturb(gene) {
    show({ genes: [gene], tab: "bars" });
    tab("bars");
  }

  function query() {
    const pairs = { model: start.model, genes: view.genes.join(","), cell_type: view.cell_type };
    Object.keys(FRESH).forEach((key) => (pairs[key] = view[key] === FRESH[key] ? "" : view[key] === true ? "1" : view[key]));
    const kept = Object.entries(pairs).filter(([, value]) => value !== "" && value !== undefined && value !== null);
    return new URLSearchParams(kept).toString().replaceAll("%2C", ",");
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.knockout = {
    asked(gene, method, cell, dose, level, shown, k, way, sort, hide, before) {
      const genes = gene && !before.genes.includes(gene) ? [...before.genes, gene].slice(-MOST) : before.genes;
      const next = {
        ...before, genes, tab: shown, k, way, sort, hide: Boolean(hide),
        method: method[0] ?? before.method, cell_type: cell[0] ?? before.cell_type,
        dose: dose[0] ?? before.dose, level: Number(level),
      };
      return [same(next, before) ? nothing() : next, gene ? null : nothing(), gene ? "" : nothing()];
    },
    shown(now, of) {
      view = now;
      start = of;
      if (!live() || !start) return nothing();
      byId("ko-k-said").textContent = view.k;
      byId("ko-stage").dataset.busy = (view.genes.length && SLOW[view.tab]) || "Working it out …";
      window.history.replaceState(window.history.state, "", "/knockout?" + query());
      return "cmp ko ko-tab-" + view.tab + (view.genes.length ? "" : " ko-bare");
    },
    toggle(clicks, open) {
      return clicks ? !open : nothing();
    },
    drawer(open) {
      byId("ko-toggle").setAttribute("aria-expanded", String(Boolean(open)));
      return !open;
    },
    wish(kind) {
      const state = kind === "towards" || kind === "away";
      return [!state, state];
    },
  };

  /* Arrows are drawn by WebGL and take no style sheet: they get the colour of the text. */
  function ink(plot) {
    const arrows = plot.data.flatMap((trace, place) => (trace.mode === "lines" && trace.type === "scattergl" ? [place] : []));
    if (arrows.length) window.Plotly.restyle(plot, { "line.color": getComputedStyle(document.body).color }, arrows);
  }
  new MutationObserver(() => {
    const plot = live() && document.querySelector("#ko-shift .js-plotly-plot");
    if (plot?.data) ink(plot);
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-mantine-color-scheme"] });

  function bind(plot) {
    plot.koBound = true;
    if (plot.closest("#ko-shift")) ink(plot);
    plot.on("plotly_click", ({ points }) => {
      const gene = points?.[0]?.customdata;
      if (typeof gene === "string") offer(gene);
    });
  }

  /* A gene of a picture is put into the search, where it can be added or says why it cannot. */
  function offer(gene) {
    setProps("ko-gene", { searchValue: gene });
    byId("ko-gene").focus();
  }

  let waiting = null;
  new MutationObserver(() => {
    if (!live() || waiting) return;
    waiting = setTimeout(() => {
      waiting = null;
      document.querySelectorAll("#ko .js-plotly-plot").forEach((plot) => {
        if (!plot.koBound && plot.on && plot._fullLayout) bind(plot);
      });
      document.querySelectorAll("#ko [role=slider]:not([aria-label])").forEach((thumb) => thumb.setAttribute("aria-label", "Value"));
    }, 60);
  }).observe(document.documentElement, { childList: true, subtree: true });

  const rowOf = (target) => target.closest(":is(#ko-grid, #ko-rank-grid) .ag-row");
  const followRow = (row) => (row.closest("#ko-rank-grid") ? perturb(row.getAttribute("row-id")) : offer(row.getAttribute("row-id")));

  document.addEventListener("click", (event) => {
    if (!live()) return;
    const on = (name) => event.target.closest(`[data-ko-${name}]`);
    const row = rowOf(event.target);
    if (on("drop")) {
      show({ genes: view.genes.filter((gene) => gene !== on("drop").dataset.koDrop) });
      byId("ko-gene").focus();
    } else if (on("genes")) {
      show({ genes: on("genes").dataset.koGenes.split("+"), tab: "bars" });
      tab("bars");
    } else if (on("gene")) perturb(on("gene").dataset.koGene);
    else if (on("rank")) show({ rank: on("rank").dataset.koRank });
    else if (on("link")) {
      navigator.clipboard?.writeText(window.location.href);
      setProps("ko-live", { children: "The address of this view is copied." });
    } else if (row) followRow(row);
  });

  /* Whoever types faster than names come has none marked, or one of a list that is just being replaced: what Enter left
     in the field is then answered by the marked one, or the first that comes, if it can be had. */
  const offered = () => [...document.querySelectorAll("[role=option]")].filter((option) => option.offsetParent); // one list is open
  function takeFirst(input, typed, tries) {
    if (input.value !== typed) return; // it was taken
    const first = offered().find((option) => option.hasAttribute("data-combobox-selected")) ?? offered()[0];
    if (first && !first.hasAttribute("data-combobox-disabled")) first.click();
    else if (!first && tries && document.activeElement === input) setTimeout(() => takeFirst(input, typed, tries - 1), 100);
  }
  document.addEventListener("keydown", (event) => {
    if (!live() || event.key !== "Enter" || event.target.id !== "ko-gene" || !event.target.value.trim()) return;
    const [input, typed] = [event.target, event.target.value];
    setTimeout(() => takeFirst(input, typed, 20), 150);
  }, true);

  document.addEventListener("keydown", (event) => {
    if (!live() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.key === "Enter" && rowOf(event.target);
    if (!row) return;
    followRow(row);
    event.preventDefault();
  });
})();
