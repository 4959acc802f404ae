/* Paints the points by one restyle of their colours: the figure's coordinates are never sent or touched again. */
(function () {
  const atlas = (window.geneweaveAtlas = window.geneweaveAtlas || {});
  const FADED = 0.15;
  const NONE = [0, 0, 0, 0];
  const LETTER = 6.6;
  const scheme = () => (document.documentElement.getAttribute("data-mantine-color-scheme") === "dark" ? "dark" : "light");
  const channels = (hex) => [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16) / 255);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  atlas.stops = () => atlas.data.stops[scheme()];

  /* 256 colours between the stops of a scale. */
  function ladder(stops) {
    const ends = stops.map(channels);
    return Array.from({ length: 256 }, (_, step) => {
      const at = (step / 255) * (ends.length - 1);
      const left = Math.min(Math.floor(at), ends.length - 2);
      return ends[left].map((value, i) => value + (ends[left + 1][i] - value) * (at - left));
    });
  }

  /* For each row the place of its colour in a small table of colours. */
  function places(column) {
    if (column.kind === "category") return { table: column.colours.map(channels), place: (row) => column.codes[row] };
    const { values, low, high } = column;
    const scale = high > low ? 255 / (high - low) : 0;
    return { table: ladder(atlas.stops()), place: (row) => Math.round((values[row] - low) * scale) };
  }

  /* Which rows are hidden by the legend, 1 or 0. */
  atlas.hiddenRows = function () {
    const hidden = new Uint8Array(atlas.data.n);
    for (const [name, levels] of Object.entries(atlas.state.hide)) {
      const column = atlas.data.columns.get(name);
      const off = column.levels.map((level) => levels.includes(level));
      for (let row = 0; row < hidden.length; row++) if (off[column.codes[row]]) hidden[row] = 1;
    }
    return hidden;
  };

  function colours() {
    const { table, place } = places(atlas.data.columns.get(atlas.state.colour));
    const opacity = atlas.state.opacity ?? 1;
    const full = table.map((rgb) => [...rgb, opacity]);
    const faded = table.map((rgb) => [...rgb, opacity * FADED]);
    const { hidden, chosen } = atlas;
    return Array.from({ length: atlas.data.n }, (_, row) => {
      if (hidden[row]) return NONE;
      return (chosen && !chosen[row] ? faded : full)[place(row)] || NONE;
    });
  }

  let asked = 0;
  atlas.schedulePaint = function () {
    if (!asked) asked = requestAnimationFrame(() => { asked = 0; if (atlas.live()) atlas.paint(); });
  };

  /* One pass: who is hidden, who is chosen, colours, then what lies over the map. */
  atlas.paint = function () {
    atlas.hidden = atlas.hiddenRows();
    atlas.chosen = atlas.resolve(atlas.state.select);
    const size = atlas.state.size ?? atlas.start.size;
    const [points, over] = [{ "marker.color": [colours()], "marker.size": size }, newDecoration()];
    const { restyle, update } = window.Plotly;
    const painted = over ? update(atlas.graph(), points, over, [0]) : restyle(atlas.graph(), points, [0]);
    atlas.drawLegend();
    atlas.showCounts();
    atlas.fillTable();
    return painted;
  };

  atlas.firstPaint = async function () {
    const graph = atlas.graph();
    decorated = "";
    atlas.base = structuredClone({ annotations: graph.layout.annotations, shapes: graph.layout.shapes });
    atlas.xy = [graph._fullData[0].x, graph._fullData[0].y];
    atlas.home = { x: [...graph._fullLayout.xaxis.range], y: [...graph._fullLayout.yaxis.range] };
    const { x, y } = atlas.state;
    if (x && y) await window.Plotly.relayout(graph, { "xaxis.range": [...x], "yaxis.range": [...y] });
    await atlas.paint();
  };

  /* What lies over the map, when it is another than before: laying it out costs a second drawing. */
  let decorated = "";
  function newDecoration() {
    const { gene, hide, size, x, y } = atlas.state;
    const key = JSON.stringify([atlas.start.map, scheme(), gene, hide, gene && [size, x, y]]);
    if (key === decorated) return null;
    decorated = key;
    return decoration();
  }

  /* Cluster numbers, corner cross and the rings around the gene in view, in the inks of the theme. */
  function decoration() {
    const column = atlas.data.columns.get("cluster");
    const off = new Set(atlas.state.hide.cluster || []);
    const ink = css("--gw-ink");
    const numbers = atlas.base.annotations.filter((note) => !off.has(note.name.split("|")[1])).map((note) => {
      const level = column.levels.indexOf(note.name.split("|")[1]);
      return { ...note, font: { ...note.font, color: level < 0 ? ink : column.inks[scheme()][level] } };
    });
    const cross = atlas.base.shapes.map((shape) => ({ ...shape, line: { ...shape.line, color: ink } }));
    const marks = atlas.state.gene ? marked(atlas.state.gene, ink) : [];
    return { annotations: [...numbers, ...marks.map((mark) => mark.label)], shapes: [...cross, ...marks.map((mark) => mark.ring)] };
  }
  atlas.decorate = () => window.Plotly.relayout(atlas.graph(), decoration());

  /* A ring around each row of a gene, its label moved up or down where it would lie on another. */
  function marked(gene, ink) {
    const rows = atlas.rowsOf(gene).filter((row) => !atlas.hidden[row]);
    const half = Math.max((atlas.state.size ?? atlas.start.size) / 2 + 3.5, 6);
    const [rx, ry] = unitsOf(half);
    const words = rows.map((row) => `${gene} · ${atlas.levelOf("dataset", row)}`);
    const { xaxis } = atlas.graph()._fullLayout;
    const left = rows.map((row, place) => xaxis.c2p(atlas.xy[0][row]) + 24 + LETTER * words[place].length > xaxis._length);
    const shifts = labelShifts(rows, words, left);
    return rows.map((row, place) => {
      const at = { x: atlas.xy[0][row], y: atlas.xy[1][row] };
      return {
        ring: {
          type: "circle", name: "mark", xref: "x", yref: "y", x0: at.x - rx, x1: at.x + rx, y0: at.y - ry, y1: at.y + ry,
          line: { color: ink, width: 1.75 }, layer: "above", editable: false,
        },
        label: {
          ...at, name: "mark|", text: words[place].replace(gene, `<b>${gene}</b>`), showarrow: false,
          xanchor: left[place] ? "right" : "left", xshift: left[place] ? -half - 3 : half + 3, yshift: shifts[place], font: { size: 12, color: ink }, captureevents: false,
        },
      };
    });
  }

  /* Pixels in map units. Rings sized in pixels would make Plotly tell a drawn line in pixels from the ring. */
  function unitsOf(pixels) {
    const { xaxis, yaxis } = atlas.graph()._fullLayout;
    return [xaxis, yaxis].map((axis) => (pixels * Math.abs(axis.range[1] - axis.range[0])) / axis._length);
  }

  /* For each label a shift in pixels at which it lies on no ring and no other label. */
  function labelShifts(rows, words, left) {
    const { xaxis, yaxis } = atlas.graph()._fullLayout;
    const spots = rows.map((row) => [xaxis.c2p(atlas.xy[0][row]), yaxis.c2p(atlas.xy[1][row])]);
    const taken = spots.map(([x, y]) => [x - 9, x + 9, y - 8, y + 8]);
    return spots.map(([x, y], place) => {
      const long = 20 + LETTER * words[place].length;
      const box = (shift) => [left[place] ? x - long : x + 9, left[place] ? x - 9 : x + long, y - shift - 7, y - shift + 7];
      const free = ([l, r, t, b], self) => taken.every(([tl, tr, tt, tb], k) => k === self || r < tl || l > tr || b < tt || t > tb);
      const shift = [0, 15, -15, 30, -30, 45, -45].find((value) => free(box(value), place)) ?? 0;
      taken.push(box(shift));
      return shift;
    });
  }

  new MutationObserver(() => atlas.live() && atlas.base && atlas.schedulePaint()).observe(document.documentElement, {
    attributes: true, attributeFilter: ["data-mantine-color-scheme"],
  });
})();
