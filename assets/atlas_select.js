/* Selections as small definitions: draw, resolve to rows, undo and redo. */
(function () {
  const atlas = (window.geneweaveAtlas = window.geneweaveAtlas || {});
  const MOST_CORNERS = 60;
  const STEPS = 100;
  let past = [""];
  let at = 0;

  atlas.resetHistory = (text) => {
    past = [text];
    at = 0;
  };

  /* Choose by a definition; it becomes a step that can be undone. */
  atlas.select = async function (text, { step = true } = {}) {
    await atlas.loadSelection(text);
    if (step && text !== past[at]) {
      past = [...past.slice(Math.max(0, at + 2 - STEPS), at + 1), text];
      at = past.length - 1;
    }
    atlas.update({ select: text });
    atlas.showSteps();
    atlas.afterPaint(() => {
      if (text) atlas.setProps("atlas-tabs", { value: "selection" });
      const { points, genes } = atlas.countOf(atlas.chosen);
      atlas.say(text ? `${genes} genes selected, ${points} points.` : "Selection cleared.");
    });
  };

  atlas.undo = () => at > 0 && atlas.select(past[--at], { step: false });
  atlas.redo = () => at < past.length - 1 && atlas.select(past[++at], { step: false });
  atlas.showSteps = function () {
    const able = { undo: at > 0, redo: at < past.length - 1, clear: Boolean(atlas.state.select) };
    for (const [act, on] of Object.entries(able)) document.querySelector(`.atlas-toolbar [data-act=${act}]`).disabled = !on;
  };

  /* A saved set needs its genes before it can be resolved. */
  atlas.loadSelection = async function (text) {
    const [, id] = /^set:(.+)$/.exec(text) || [];
    if (id) await atlas.loadSet(id);
  };

  /* Rows of a definition, 1 or 0; null when nothing is selected. */
  atlas.resolve = function (text) {
    if (!text) return null;
    const kind = text.slice(0, text.indexOf(":"));
    const rest = text.slice(kind.length + 1);
    if (kind === "outline") return inside(rest.split(",").map(Number));
    if (kind === "genes") return withGenes(rest.split(",").map(decodeURIComponent));
    if (kind === "set") return withGenes(atlas.data.sets.get(rest) || []);
    if (kind === "all") return crossing(rest.split(";"));
    return withLevel(kind, decodeURIComponent(rest));
  };

  function withGenes(names) {
    const wanted = new Uint8Array(atlas.data.names.length);
    names.forEach((name) => {
      const place = atlas.data.place.get(name);
      if (place !== undefined) wanted[place] = 1;
    });
    return Uint8Array.from(atlas.data.gene, (place) => wanted[place]);
  }

  function withLevel(name, level) {
    const column = atlas.data.columns.get(name);
    const code = column.levels.indexOf(level);
    return Uint8Array.from(column.codes, (value) => (value === code ? 1 : 0));
  }

  /* Rows that have, for each column that is named, one of the levels named of it. */
  function crossing(parts) {
    const found = new Map();
    for (const part of parts) {
      const column = part.slice(0, part.indexOf(":"));
      const rows = atlas.resolve(part);
      const before = found.get(column);
      found.set(column, before ? rows.map((on, row) => on | before[row]) : rows);
    }
    return [...found.values()].reduce((all, rows) => all.map((on, row) => on & rows[row]));
  }

  /* Even-odd rule, the same sums in the same order as `inside` in app/selections.py. */
  function inside(numbers) {
    const [xs, ys] = atlas.xy;
    const rows = new Uint8Array(atlas.data.n);
    const count = numbers.length / 2;
    for (let i = 0, j = count - 1; i < count; j = i++) {
      const [xi, yi, xj, yj] = [numbers[2 * i], numbers[2 * i + 1], numbers[2 * j], numbers[2 * j + 1]];
      if (yi === yj) continue;
      for (let row = 0; row < rows.length; row++) {
        const y = ys[row];
        if (yi > y !== yj > y && xs[row] < ((xj - xi) * (y - yi)) / (yj - yi) + xi) rows[row] ^= 1;
      }
    }
    return rows;
  }

  atlas.countOf = function (rows) {
    const seen = new Uint8Array(atlas.data.names.length);
    let points = 0;
    if (rows) rows.forEach((on, row) => { if (on) { points++; seen[atlas.data.gene[row]] = 1; } });
    return { points, genes: seen.reduce((sum, on) => sum + on, 0) };
  };

  /* The line that was drawn, out of what Plotly tells, as corners in map units. */
  function corners(shape) {
    if (shape.type === "rect") return [[shape.x0, shape.y0], [shape.x1, shape.y0], [shape.x1, shape.y1], [shape.x0, shape.y1]];
    return [...shape.path.matchAll(/(-?[\d.e+-]+),(-?[\d.e+-]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
  }

  /* Ramer, Douglas and Peucker: the corners that matter. */
  function simplify(line, tolerance) {
    if (line.length < 3) return line;
    const [[ax, ay], [bx, by]] = [line[0], line[line.length - 1]];
    const length = Math.hypot(bx - ax, by - ay);
    const away = ([x, y]) => (length ? Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length : Math.hypot(x - ax, y - ay));
    let far = 0;
    for (let k = 1; k < line.length - 1; k++) if (away(line[k]) > away(line[far || k]) || !far) far = k;
    if (away(line[far]) <= tolerance) return [line[0], line[line.length - 1]];
    return [...simplify(line.slice(0, far + 1), tolerance).slice(0, -1), ...simplify(line.slice(far), tolerance)];
  }

  atlas.drawn = function (shape) {
    let line = corners(shape);
    if (line.length < 3) return;
    const { x } = atlas.home;
    for (let tolerance = (x[1] - x[0]) / 4000; line.length > MOST_CORNERS; tolerance *= 1.6) line = simplify(line, tolerance);
    const text = line.flat().map((value) => String(Number(value.toFixed(3)))).join(",");
    atlas.select("outline:" + text);
  };
})();
