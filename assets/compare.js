/* The Compare page in the browser: clicks and keys that choose, linked selection and hover, the ring, the address. */
(function () {
  const byId = (id) => document.getElementById(id);
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const nothing = () => window.dash_clientside.no_update;
  const live = () => Boolean(byId("cmp"));
  const FRESH = { arm: "partners", level: 5, view: "maps", colour: "module" };
  const NONE = { gene: "", genes: [], name: "", module: "" };
  let pick = NONE;
  let echo = false;
  let arrived = ""; // the comparison that was shown last

  const choose = (next) => setProps("cmp-pick", { data: { ...NONE, ...next } });
  const plotIn = (id) => document.querySelector(`#${id} .js-plotly-plot`);

  /* The ring around the gene in view: a trace of one point on each pair of axes. */
  function ring(plot) {
    if (!plot?.data) return;
    plot.data.forEach((trace, place) => {
      if (trace.name !== "in view") return;
      const on = (other) => (other.xaxis || "x") === (trace.xaxis || "x") && other.customdata;
      const home = plot.data.find((other) => on(other) && other.customdata.includes(pick.gene));
      const at = home ? home.customdata.indexOf(pick.gene) : -1;
      const next = at < 0 ? [[], []] : [[home.x[at]], [home.y[at]]];
      if (trace.x?.[0] !== next[0][0] || trace.y?.[0] !== next[1][0]) {
        window.Plotly.restyle(plot, { x: [next[0]], y: [next[1]] }, [place]);
      }
    });
  }

  function select(plot, places) {
    if (plot?.data) window.Plotly.restyle(plot, { selectedpoints: [places, places] }, [0, 1]);
  }

  function unselect() {
    const plot = plotIn("cmp-maps");
    if (!plot?.data) return;
    const drawn = plot._fullLayout.selections?.length;
    Promise.resolve(drawn && window.Plotly.relayout(plot, { selections: [] })).then(() => select(plot, null));
  }

  /* What is drawn around in one map is selected in both. */
  function selected(plot, event) {
    if (!event?.points) return;
    const places = [...new Set(event.points.filter((p) => p.curveNumber < 2).map((p) => p.pointNumber))];
    if (!places.length) return;
    select(plot, places);
    choose({ genes: places.map((place) => plot.data[0].customdata[place]) });
  }

  function hovered(plot, { points }) {
    const at = points?.[0];
    if (echo || !at || at.curveNumber > 1) return;
    echo = true;
    const both = [0, 1].map((curveNumber) => ({ curveNumber, pointNumber: at.pointNumber }));
    window.Plotly.Fx.hover(plot, both, ["xy", "x2y2"]);
    setTimeout(() => (echo = false), 0);
  }

  function bind(plot) {
    plot.cmpBound = true;
    const maps = Boolean(plot.closest("#cmp-maps"));
    plot.on("plotly_click", ({ points }) => {
      const said = points?.[0]?.customdata;
      if (typeof said !== "string") return;
      if (plot.closest("#cmp-modules")) choose({ module: said });
      else choose({ gene: said });
    });
    if (maps) {
      plot.cmpWhole = ["xaxis", "yaxis"].map((axis) => [...plot._fullLayout[axis].range]);
      plot.on("plotly_selected", (event) => selected(plot, event));
      plot.on("plotly_deselect", () => select(plot, null));
      plot.on("plotly_hover", (event) => hovered(plot, event));
    }
    ring(plot);
  }

  function bindAll() {
    document.querySelectorAll("#cmp .js-plotly-plot").forEach((plot) => {
      if (!plot.cmpBound && plot.on && plot._fullLayout) bind(plot);
    });
  }
  let waiting = null;
  new MutationObserver(() => {
    if (!live() || waiting) return;
    waiting = setTimeout(() => {
      waiting = null;
      bindAll();
    }, 60);
  }).observe(document.documentElement, { childList: true, subtree: true });

  function query(view, chosen, start) {
    const pairs = { contrast: start.contrast, gene: chosen.gene };
    Object.keys(FRESH).forEach((key) => (pairs[key] = view[key] === FRESH[key] ? "" : view[key]));
    return new URLSearchParams(Object.entries(pairs).filter(([, value]) => value)).toString();
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.compare = {
    drawn() {
      setTimeout(bindAll, 0);
      return nothing();
    },
    chosen(chosen, view, start) {
      pick = { ...NONE, ...chosen };
      if (!live() || !start) return nothing();
      if (arrived !== start.contrast) {
        arrived = start.contrast;
        window.scrollTo(0, 0);
      }
      ["cmp-maps", "cmp-volcano"].forEach((id) => ring(plotIn(id)));
      window.history.replaceState(window.history.state, "", "/compare?" + query(view, pick, start));
      return "cmp cmp-view-" + view.view;
    },
  };

  function tool(name) {
    const plot = plotIn("cmp-maps");
    if (!plot) return false;
    if (name === "fit") {
      const [x, y] = plot.cmpWhole;
      window.Plotly.relayout(plot, { "xaxis.range": [...x], "yaxis.range": [...y], "xaxis2.range": [...x], "yaxis2.range": [...y] });
      return true;
    }
    window.Plotly.relayout(plot, { dragmode: name });
    document.querySelectorAll("[data-cmp-tool][aria-pressed]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.cmpTool === name));
    });
    return true;
  }

  const rowOf = (target) => target.closest("#cmp-grid .ag-row");

  document.addEventListener("click", (event) => {
    if (!live()) return;
    const named = event.target.closest("[data-cmp-gene]");
    const module = event.target.closest("[data-cmp-module]");
    const button = event.target.closest("[data-cmp-tool]");
    const row = rowOf(event.target);
    if (button) tool(button.dataset.cmpTool);
    else if (module) choose({ module: module.dataset.cmpModule });
    else if (named) {
      if (!named.dataset.cmpGene) unselect();
      choose({ gene: named.dataset.cmpGene });
    } else if (row) choose({ gene: row.getAttribute("row-id") });
  });

  const dialogOpen = () => document.querySelector("[role=dialog]");
  const typing = (element) => element.closest("input:not([type=radio]):not([type=checkbox]), textarea, [role=listbox]");

  document.addEventListener("keydown", (event) => {
    if (!live() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.key === "Enter" && rowOf(event.target);
    const free = !typing(event.target) && !dialogOpen();
    if (row) choose({ gene: row.getAttribute("row-id") });
    else if (event.key === "Escape" && free) {
      unselect();
      choose({});
    } else if (free && event.key === "l" && tool("lasso")) return;
    else if (free && event.key === "b" && tool("select")) return;
    else return;
    event.preventDefault();
  });
})();
