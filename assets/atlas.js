/* The Atlas in the browser: one state, changed in one place; every change paints, and is kept in the address. */
(function () {
  const atlas = (window.geneweaveAtlas = window.geneweaveAtlas || {});
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const afterPaint = (act) => requestAnimationFrame(() => setTimeout(act, 0));
  const byId = (id) => document.getElementById(id);
  const FRESH = { colour: "cluster", gene: "", hide: {}, size: null, opacity: null, x: null, y: null, select: "" };

  atlas.byId = byId;
  atlas.setProps = setProps;
  atlas.afterPaint = afterPaint;
  atlas.live = () => Boolean(byId("atlas-canvas") && atlas.state && atlas.data);
  atlas.graph = () => document.querySelector("#atlas-map .js-plotly-plot");
  atlas.say = (text) => {
    byId("atlas-live").textContent = text;
  };

  /* Change the view: `parts` are fields of the state. What they touch is painted in the next frame, then Dash is told. */
  atlas.update = function (parts) {
    const before = atlas.state;
    atlas.state = { ...before, ...parts };
    const changed = (name) => name in parts && JSON.stringify(before[name]) !== JSON.stringify(parts[name]);
    if (["colour", "hide", "size", "opacity", "select", "gene"].some(changed)) atlas.schedulePaint();
    if (changed("colour")) afterPaint(() => setProps("atlas-colour", { value: parts.colour }));
    if (changed("gene")) afterPaint(() => opened(parts.gene));
    if (changed("select")) afterPaint(() => setProps("atlas-selected", { data: parts.select }));
    writeAddress();
  };

  function opened(gene) {
    setProps("atlas-gene", { data: gene });
    setProps("atlas-search", { value: gene || null });
    if (atlas.state.colour === "similarity") atlas.colourBy(gene ? "similarity" : "cluster");
  }

  atlas.openGene = function (gene, row) {
    const known = atlas.data.known.get(String(gene).toUpperCase());
    if (known === undefined) return;
    setProps("atlas-tabs", { value: "gene" });
    if (known === atlas.state.gene) return;
    byId("atlas-card").setAttribute("data-busy", "true");
    atlas.focusRow = row ?? atlas.focusRow;
    atlas.update({ gene: known });
  };

  atlas.closeGene = () => atlas.update({ gene: "" });

  /* Colour by a column; similarity is asked of the server once a gene. */
  atlas.colourBy = async function (name) {
    if (name === "similarity") {
      if (!atlas.state.gene) {
        atlas.say("Choose a gene first, then colour by similarity to it.");
        atlas.notice("Choose a gene first: click a point or find one, then colour by similarity to it.");
        setProps("atlas-colour", { value: atlas.state.colour });
        return;
      }
      await atlas.loadSimilarity(atlas.state.gene);
    }
    atlas.update({ colour: name });
    if (name === "similarity") atlas.schedulePaint();
  };

  atlas.toggleLevel = function (column, level) {
    const hidden = new Set(atlas.state.hide[column] || []);
    if (!hidden.delete(level)) hidden.add(level);
    const hide = { ...atlas.state.hide, [column]: [...hidden] };
    if (!hidden.size) delete hide[column];
    atlas.update({ hide });
  };

  /* The address says it all; the page is not loaded again. */
  function address() {
    const { colour, gene, hide, size, opacity, x, y, select } = atlas.state;
    const levels = (column) => column + ":" + hide[column].map(encodeURIComponent).join(",");
    const pairs = {
      map: atlas.start.map, colour: colour === FRESH.colour ? "" : colour, gene, select,
      hide: Object.keys(hide).map(levels).join(";"), size: size ?? "", opacity: opacity ?? "",
      x: x ? x.join(",") : "", y: y ? y.join(",") : "",
    };
    const query = new URLSearchParams(Object.entries(pairs).filter(([, value]) => value !== ""));
    return query.toString().replace(/%2C/g, ",").replace(/%3A/g, ":");
  }
  atlas.query = address;

  let writing = 0;
  function writeAddress() {
    clearTimeout(writing);
    writing = setTimeout(() => {
      if (atlas.live()) window.history.replaceState(window.history.state, "", "/atlas?" + address());
    }, 120);
  }

  let noticeTimer = 0;
  atlas.notice = function (text) {
    const tip = byId("atlas-count");
    tip.dataset.notice = text;
    clearTimeout(noticeTimer);
    noticeTimer = setTimeout(() => delete tip.dataset.notice, 5000);
  };

  /* Called by Dash when the page is put in place. */
  async function mount(start) {
    if (!start) return window.dash_clientside.no_update;
    const view = Object.fromEntries(Object.entries(start.view).filter(([, value]) => value !== undefined));
    atlas.start = start;
    atlas.data = null;
    atlas.state = { ...FRESH, ...view };
    atlas.focusRow = null;
    const [data] = await Promise.all([atlas.loadPoints(start.map), graphReady()]);
    if (atlas.start !== start) return window.dash_clientside.no_update;
    atlas.data = data;
    atlas.bind();
    atlas.resetHistory(atlas.state.select);
    atlas.showSteps();
    if (atlas.state.colour === "similarity") await atlas.loadSimilarity(atlas.state.gene);
    await atlas.loadSelection(atlas.state.select);
    await atlas.firstPaint();
    if (atlas.state.gene) opened(atlas.state.gene);
    if (atlas.state.select) setProps("atlas-tabs", { value: atlas.state.gene ? "gene" : "selection" });
    byId("atlas-picture").removeAttribute("data-busy");
    return true;
  }

  async function graphReady() {
    for (let tries = 0; tries < 600; tries++) {
      const graph = atlas.graph();
      if (window.Plotly && graph && graph._fullLayout && graph._fullLayout.xaxis) return graph;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error("The map was not drawn within 15 seconds.");
  }

  const nothing = () => window.dash_clientside.no_update;
  const when = (act) => (value) => {
    if (atlas.live() && value !== null && value !== undefined) act(value);
    return nothing();
  };
  const isNew = (name, value) => JSON.stringify(atlas.state[name]) !== JSON.stringify(value);

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.atlas = {
    mount,
    colour: when((value) => isNew("colour", value) && atlas.colourBy(value)),
    size: when((value) => isNew("size", value) && value !== (atlas.state.size ?? atlas.start.size) && atlas.update({ size: value })),
    opacity: when((value) => value !== (atlas.state.opacity ?? 1) && atlas.update({ opacity: value })),
    find: when((value) => isNew("gene", value) && atlas.openGene(value)),
    card_here() {
      byId("atlas-card").removeAttribute("data-busy");
      return nothing();
    },
    command: when((asked) => asked.select && atlas.select(asked.select)),
  };
})();
