/* Pointer and keyboard on the map: what is under the pointer, what a click, a key or a drawn line does. */
(function () {
  const atlas = (window.geneweaveAtlas = window.geneweaveAtlas || {});
  const REACH = 11;
  const MODES = { pan: "pan", lasso: "drawclosedpath", box: "drawrect" };
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  /* dcc.Graph answers these by drawing its first figure again, all points of it: the map keeps them for itself. */
  const OWN = ["plotly_relayout", "plotly_restyle", "plotly_hover", "plotly_unhover", "plotly_click", "plotly_clickannotation"];
  let pressedAt = null;

  function scales() {
    const { xaxis, yaxis } = atlas.graph()._fullLayout;
    return { px: (x) => xaxis.c2p(x), py: (y) => yaxis.c2p(y), left: xaxis._offset, top: yaxis._offset };
  }

  /* The visible point nearest to a place on the canvas, or -1. */
  function pointAt(event) {
    const box = atlas.byId("atlas-canvas").getBoundingClientRect();
    const { px, py, left, top } = scales();
    const [mx, my] = [event.clientX - box.left - left, event.clientY - box.top - top];
    let best = -1;
    let least = REACH * REACH;
    for (let row = 0; row < atlas.data.n; row++) {
      const far = (px(atlas.xy[0][row]) - mx) ** 2 + (py(atlas.xy[1][row]) - my) ** 2;
      if (far < least && !atlas.hidden[row]) [best, least] = [row, far];
    }
    return best;
  }

  function showTip(row) {
    const tip = atlas.byId("atlas-tip");
    tip.hidden = row < 0;
    if (row < 0) return;
    const { px, py, left, top } = scales();
    const [gene, ...rest] = atlas.words(row).split(" · ");
    tip.replaceChildren(atlas.make("strong", "", [gene]), " · " + rest.join(" · "));
    const wide = atlas.byId("atlas-picture").clientWidth;
    const x = px(atlas.xy[0][row]) + left;
    const y = py(atlas.xy[1][row]) + top;
    tip.style.top = `${y}px`;
    tip.style.left = `${x}px`;
    tip.classList.toggle("atlas-tip-left", x > wide - tip.offsetWidth - 24);
  }

  /* The nearest visible point within 45 degrees of a direction. */
  function neighbour(row, [dx, dy]) {
    const { px, py } = scales();
    const [x, y] = [px(atlas.xy[0][row]), py(atlas.xy[1][row])];
    let best = row;
    let least = Infinity;
    for (let other = 0; other < atlas.data.n; other++) {
      const [ax, ay] = [px(atlas.xy[0][other]) - x, py(atlas.xy[1][other]) - y];
      const along = ax * dx + ay * dy;
      const across = Math.abs(ax * dy) + Math.abs(ay * dx);
      if (along < 0.5 || across > along || atlas.hidden[other]) continue;
      if (along + across < least) [best, least] = [other, along + across];
    }
    return best;
  }

  function middleRow() {
    const { xaxis, yaxis } = atlas.graph()._fullLayout;
    const [cx, cy] = [(xaxis.range[0] + xaxis.range[1]) / 2, (yaxis.range[0] + yaxis.range[1]) / 2];
    let best = -1;
    let least = Infinity;
    for (let row = 0; row < atlas.data.n; row++) {
      const far = (atlas.xy[0][row] - cx) ** 2 + (atlas.xy[1][row] - cy) ** 2;
      if (far < least && !atlas.hidden[row]) [best, least] = [row, far];
    }
    return best;
  }

  function walk(direction) {
    const start = atlas.focusRow;
    atlas.focusRow = start === null || atlas.hidden[start] ? middleRow() : neighbour(start, direction);
    if (atlas.focusRow < 0) return;
    showTip(atlas.focusRow);
    atlas.say(atlas.words(atlas.focusRow));
  }

  atlas.setMode = function (name) {
    window.Plotly.relayout(atlas.graph(), { dragmode: MODES[name] });
    document.querySelectorAll(".atlas-toolbar [aria-pressed]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.act === name));
    });
    atlas.byId("atlas-canvas").dataset.mode = name;
    if (name !== "pan") atlas.say(`${name === "lasso" ? "Lasso" : "Box"}: draw around the genes to select.`);
  };

  atlas.zoom = function (factor) {
    const { xaxis, yaxis } = atlas.graph()._fullLayout;
    const around = ([a, b]) => [(a + b) / 2 - ((b - a) * factor) / 2, (a + b) / 2 + ((b - a) * factor) / 2];
    const [x, y] = factor ? [around(xaxis.range), around(yaxis.range)] : [[...atlas.home.x], [...atlas.home.y]];
    window.Plotly.relayout(atlas.graph(), { "xaxis.range": x, "yaxis.range": y });
  };

  const round = (ends) => ends.map((value) => Number(value.toFixed(3)));
  function relaid(change) {
    const drawn = change.shapes?.at(-1);
    if (drawn && !drawn.name && change.shapes.length > atlas.base.shapes.length) {
      atlas.drawn(drawn);
      atlas.decorate();
    }
    if (Object.keys(change).some((key) => key.startsWith("xaxis.") || key.startsWith("yaxis."))) {
      const { xaxis, yaxis } = atlas.graph()._fullLayout;
      const home = round(xaxis.range).join() === round(atlas.home.x).join();
      atlas.update({ x: home ? null : round(xaxis.range), y: home ? null : round(yaxis.range) });
      showTip(-1);
    }
  }

  function clicked(event) {
    if (event.target.closest(".annotation") || !pressedAt || Math.hypot(event.clientX - pressedAt[0], event.clientY - pressedAt[1]) > 4) return;
    const row = pointAt(event);
    if (row >= 0) atlas.openGene(atlas.geneOf(row), row);
  }

  /* Once a page: the canvas and the graph are new each time. */
  atlas.bind = function () {
    const canvas = atlas.byId("atlas-canvas");
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons || !atlas.live()) return;
      const row = pointAt(event);
      showTip(row);
      canvas.classList.toggle("atlas-on-point", row >= 0);
    });
    canvas.addEventListener("pointerleave", () => showTip(-1));
    canvas.addEventListener("pointerdown", (event) => { pressedAt = [event.clientX, event.clientY]; }, true);
    canvas.addEventListener("click", clicked, true);
    canvas.addEventListener("keydown", (event) => {
      if (ARROWS[event.key]) walk(ARROWS[event.key]);
      else if (event.key === "Enter" && atlas.focusRow !== null) atlas.openGene(atlas.geneOf(atlas.focusRow), atlas.focusRow);
      else return;
      event.preventDefault();
    });
    OWN.forEach((event) => atlas.graph().removeAllListeners(event));
    atlas.graph().on("plotly_relayout", relaid);
    atlas.graph().on("plotly_clickannotation", ({ annotation }) => {
      const [kind, level] = (annotation.name || "").split("|");
      if (kind === "cluster") atlas.select(`cluster:${encodeURIComponent(level)}`);
    });
    atlas.restoreDrawer();
  };
})();
