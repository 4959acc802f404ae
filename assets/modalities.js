/* The Modalities page in the browser: clicks and keys that choose, the picture's size, the address, files. */
(function () {
  const byId = (id) => document.getElementById(id);
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const nothing = () => window.dash_clientside.no_update;
  const live = () => Boolean(byId("flow-canvas"));
  const FRESH = { top: 12, count: "rows", common: false };
  let pick = "";
  let told = "";
  let watched = null;
  let shifted = null;

  const choose = (text) => text !== pick && setProps("flow-pick", { data: text });

  /* Node and link indices overlap in Plotly's events: what was clicked is said by its customdata. */
  function clicked({ points }) {
    const text = points?.[0]?.customdata?.[0];
    if (text) choose(text === pick ? "" : text);
  }

  const sizer = new ResizeObserver(() => {
    clearTimeout(sizer.waiting);
    sizer.waiting = setTimeout(measure, 120);
  });

  function measure() {
    const box = byId("flow-canvas")?.getBoundingClientRect();
    if (!box || box.width < 50) return;
    const size = { width: Math.round(box.width), height: Math.max(Math.floor(box.height), 240) };
    if (JSON.stringify(size) === told) return;
    told = JSON.stringify(size);
    setProps("flow-size", { data: size });
  }

  const drawn = () => document.querySelector("#flow-graph .js-plotly-plot");

  async function bind() {
    for (let tries = 0; tries < 600 && live() && !(drawn()?._fullLayout && drawn().on); tries++) {
      await new Promise((done) => setTimeout(done, 25));
    }
    const plot = live() && drawn();
    if (!plot || plot.flowBound) return;
    plot.flowBound = true;
    plot.on("plotly_click", clicked);
    if (watched !== byId("flow-canvas")) {
      watched = byId("flow-canvas");
      sizer.disconnect();
      sizer.observe(watched);
      told = "";
    }
    measure();
  }

  function query(view, chosen, start) {
    const pairs = {
      map: start.map, levels: view.levels.join(), top: view.top === FRESH.top ? "" : view.top,
      count: view.count === FRESH.count ? "" : view.count, common: view.common ? "1" : "", pick: chosen || "",
    };
    const asked = new URLSearchParams(Object.entries(pairs).filter(([, value]) => value !== ""));
    return asked.toString().replace(/%2C/g, ",").replace(/%3A/g, ":");
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.flows = {
    ready() {
      pick = new URLSearchParams(window.location.search).get("pick") || "";
      bind();
      return nothing();
    },
    address(view, chosen, start) {
      pick = chosen || "";
      if (live()) window.history.replaceState(window.history.state, "", "/modalities?" + query(view, pick, start));
      return nothing();
    },
    toggle(clicks, open) {
      return clicks ? !open : nothing();
    },
    drawer(open) {
      byId("flow-toggle").setAttribute("aria-expanded", String(Boolean(open)));
      byId("flow").classList.toggle("flow-open", Boolean(open));
      return !open;
    },
    /* The button that moved a level keeps the focus, or its neighbour when it has gone. */
    moved() {
      const { level, to } = shifted || {};
      shifted = null;
      if (!level) return nothing();
      setTimeout(() => {
        const here = [...document.querySelectorAll(".flow-shift")].filter((button) => button.id.includes(`"level":"${level}"`));
        (here.find((button) => button.id.includes(`"to":"${to}"`)) || here[0] || document.querySelector(".flow-shift"))?.focus();
      }, 0);
      return nothing();
    },
    async save(printed) {
      if (!printed) return nothing();
      const { figure, kind, name } = printed;
      const size = { width: figure.layout.width, height: figure.layout.height, scale: kind === "png" ? 3 : 1 };
      await window.Plotly.downloadImage(figure, { format: kind, filename: name, ...size });
      return nothing();
    },
  };

  const rowOf = (target) => target.closest("#flow-grid .ag-center-cols-container .ag-row");

  document.addEventListener("click", (event) => {
    if (!live()) return;
    const button = event.target.closest("[data-flow-pick]");
    const row = rowOf(event.target);
    const shift = event.target.closest(".flow-shift");
    if (shift) shifted = JSON.parse(shift.id);
    if (button) choose(button.dataset.flowPick);
    else if (row) choose(row.getAttribute("row-id"));
  });

  const dialogOpen = () => document.querySelector("[role=dialog]");
  const typing = (element) => element.closest("input:not([type=radio]):not([type=checkbox]), textarea, [role=listbox]");

  document.addEventListener("keydown", (event) => {
    if (!live() || event.defaultPrevented) return;
    const row = event.key === "Enter" && rowOf(event.target);
    if (row) choose(row.getAttribute("row-id"));
    else if (event.key === "Escape" && pick && !typing(event.target) && !dialogOpen()) choose("");
    else return;
    event.preventDefault();
  });
})();
