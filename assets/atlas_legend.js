/* The legend: buttons that show and hide levels, or a colour bar with its ends and unit; and the counts. */
(function () {
  const atlas = (window.geneweaveAtlas = window.geneweaveAtlas || {});
  const THIN = "\u202f";
  const whole = (n) => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, THIN);
  const plural = (n, word) => `${whole(n)} ${word}${n === 1 ? "" : "s"}`;
  const three = (x) => String(Number(x.toPrecision(3))).replace("-", "\u2212");

  function make(tag, className, parts = [], attributes = {}) {
    const element = document.createElement(tag);
    element.className = className;
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    element.append(...parts);
    return element;
  }
  atlas.make = make;
  atlas.whole = whole;

  atlas.drawLegend = function () {
    const column = atlas.data.columns.get(atlas.state.colour);
    const focus = document.activeElement?.dataset?.level;
    const box = atlas.byId("atlas-legend");
    const parts = column.kind === "category" ? levels(column) : bar(column);
    box.replaceChildren(make("div", "atlas-legend-title", [column.label]), ...parts, ...elsewhere());
    if (focus !== undefined) box.querySelector(`[data-level="${CSS.escape(focus)}"]`)?.focus();
  };

  function levels(column) {
    const hidden = new Set(atlas.state.hide[column.name] || []);
    const order = column.levels.map((_, code) => code).sort((a, b) => column.counts[b] - column.counts[a] || a - b);
    return [make("ul", "atlas-levels", order.map((code) => entry(column, code, hidden)))];
  }

  function entry(column, code, hidden) {
    const level = column.levels[code];
    const shown = !hidden.has(level);
    const dot = make("span", "atlas-dot");
    dot.style.background = column.colours[code];
    const toggle = make("button", "atlas-level-toggle", [dot, make("span", "atlas-level", [level]), make("span", "atlas-n", [whole(column.counts[code])]), make("span", "gw-hidden", [" points"])], {
      type: "button", "aria-pressed": shown, "data-act": "level", "data-column": column.name, "data-level": level,
      title: `${shown ? "Hide" : "Show"} ${column.label.toLowerCase()} ${level}`,
    });
    const pick = make("button", "atlas-tool atlas-small atlas-pick", [make("span", "gw-icon gw-icon-target")], {
      type: "button", "data-select": `${column.name}:${encodeURIComponent(level)}`,
      title: `Select ${column.label.toLowerCase()} ${level}`, "aria-label": `Select ${column.label.toLowerCase()} ${level}`,
    });
    return make("li", "", [toggle, pick]);
  }

  function bar(column) {
    const ramp = make("div", "atlas-ramp", [], { role: "img", "aria-label": `${column.label} from ${three(column.low)} to ${three(column.high)}, ${column.unit}` });
    ramp.style.background = `linear-gradient(to right, ${atlas.stops().join(",")})`;
    const middle = (column.low + column.high) / 2;
    const ends = [column.low, middle, column.high].map((value) => make("span", "", [three(value)]));
    return [ramp, make("div", "atlas-ramp-ends", ends), make("div", "atlas-legend-unit", [column.unit])];
  }

  /* Levels that are hidden in columns other than the one shown. */
  function elsewhere() {
    const others = Object.entries(atlas.state.hide).filter(([name]) => name !== atlas.state.colour);
    const any = Object.keys(atlas.state.hide).length > 0;
    const notes = others.map(([name, hidden]) => make("div", "atlas-legend-unit", [`Hidden: ${atlas.data.columns.get(name).label.toLowerCase()} ${hidden.join(", ")}`]));
    const all = make("button", "atlas-link", ["Show all"], { type: "button", "data-act": "show-all" });
    return any ? [...notes, all] : [];
  }

  atlas.showCounts = function () {
    const shown = atlas.hidden.reduce((sum, off) => sum + 1 - off, 0);
    const { points, genes } = atlas.countOf(atlas.chosen);
    const all = shown < atlas.data.n ? `${whole(shown)} of ${plural(atlas.data.n, "point")} shown` : plural(atlas.data.n, "point");
    atlas.byId("atlas-count").textContent = atlas.chosen ? `${plural(points, "point")}, ${plural(genes, "gene")} selected` : all;
    atlas.byId("atlas-badge").textContent = atlas.chosen ? whole(genes) : "";
    atlas.byId("atlas-rows").textContent = atlas.chosen ? `${whole(points)} rows of the selection` : `all ${whole(atlas.data.n)} rows`;
  };
})();
