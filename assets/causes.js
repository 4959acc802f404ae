/* The Causes page in the browser: clicks and keys on the network, what stands out, theme, address, pictures. */
(function () {
  const byId = (id) => document.getElementById(id);
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const nothing = () => window.dash_clientside.no_update;
  const network = () => byId("causes-graph")?._cyreg?.cy;
  const live = () => Boolean(byId("causes-graph"));
  const PADDING = 26;
  let pick = "";
  let acts = 0;
  let marking = 0;
  let styles = null;

  const act = (what) => setProps("causes-act", { data: { ...what, n: ++acts } });
  const choose = (text) => text !== pick && setProps("causes-pick", { data: text });

  /* Leads to a node or an edge: there when it is drawn, else by a focus that draws it. */
  function lead(text, always) {
    const cy = network();
    const [node, target] = text.split(">");
    const drawn = cy && cy.getElementById(text).nonempty();
    if (!drawn || always) act(target ? { do: "edge", node, target } : { do: "focus", node });
    else if (outside(cy, text)) cy.animate({ center: { eles: cy.getElementById(text) }, duration: 200 });
    choose(text);
  }

  function outside(cy, id) {
    const seen = cy.extent();
    const box = cy.getElementById(id).boundingBox();
    return box.x1 < seen.x1 || box.x2 > seen.x2 || box.y1 < seen.y1 || box.y2 > seen.y2;
  }

  function tapped({ target }) {
    if (target === network()) return choose("");
    if (target.data("kind") === "fold") return act({ do: "expand", node: target.data("of") });
    const isTie = target.data("sign") === "fold";
    return choose(isTie ? target.data("source") : target.id());
  }

  /* What is chosen stands out with its neighbours; the others fade to 15 per cent. */
  function mark() {
    const cy = network();
    if (!cy) return;
    cy.batch(() => {
      cy.elements().removeClass("picked faint");
      const chosen = pick ? cy.getElementById(pick) : cy.collection();
      if (chosen.empty()) return;
      const near = chosen.isNode() ? chosen.closedNeighborhood() : chosen.union(chosen.connectedNodes());
      cy.elements().difference(near).addClass("faint");
      chosen.addClass("picked");
    });
  }

  function markSoon() {
    clearTimeout(marking);
    marking = setTimeout(mark, 60);
  }

  async function bind() {
    for (let tries = 0; tries < 600 && live() && !network(); tries++) await new Promise((done) => setTimeout(done, 25));
    const cy = network();
    if (!cy) return;
    if (!cy.causesBound) {
      cy.causesBound = true;
      cy.on("tap", tapped);
      cy.on("add remove", markSoon);
      cy.on("mouseover", "node, edge", () => (cy.container().style.cursor = "pointer"));
      cy.on("mouseout", "node, edge", () => (cy.container().style.cursor = ""));
    }
    markSoon();
  }

  const list = (names) => names.map(encodeURIComponent).join();

  function query(view, chosen, start) {
    const pairs = {
      explanation: start.explanation, top: view.top === 8 ? "" : view.top, by: view.by === "p" ? "" : view.by,
      layout: view.layout === "layered" ? "" : view.layout, focus: view.focus ? encodeURIComponent(view.focus) : "",
      open: list(view.opened), hide: list(view.hidden), pick: chosen.split(">").map(encodeURIComponent).join(">"),
    };
    return new URLSearchParams(Object.entries(pairs).filter(([, value]) => value !== "")).toString();
  }

  const paper = () => getComputedStyle(document.documentElement).getPropertyValue("--gw-surface").trim();

  function savePng() {
    const cy = network();
    const box = cy.elements().boundingBox();
    const scale = Math.min(3, 8000 / Math.max(box.w, box.h, 1));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(cy.png({ output: "blob", full: true, scale, bg: paper() }));
    link.download = "causes.png";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  const scheme = () => (document.documentElement.getAttribute("data-mantine-color-scheme") === "dark" ? "dark" : "light");
  new MutationObserver(() => live() && styles && setProps("causes-graph", { stylesheet: styles[scheme()] })).observe(
    document.documentElement, { attributes: true, attributeFilter: ["data-mantine-color-scheme"] },
  );

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.causes = {
    ready() {
      if (!network()?.causesBound) {
        const chosen = new URLSearchParams(window.location.search).get("pick") || "";
        pick = chosen.split(">").map(decodeURIComponent).join(">");
      }
      bind();
      return nothing();
    },
    theme(sheets) {
      styles = sheets;
      return styles[scheme()];
    },
    address(view, chosen, start) {
      pick = chosen || "";
      markSoon();
      if (live()) window.history.replaceState(window.history.state, "", "/causes?" + query(view, pick, start));
      return nothing();
    },
    steps(history) {
      return [!history.past.length, !history.future.length];
    },
    find(name) {
      if (name) lead(name);
      return nothing();
    },
    toggle(clicks, open) {
      return clicks ? !open : nothing();
    },
    drawer(open) {
      byId("causes-toggle").setAttribute("aria-expanded", String(Boolean(open)));
      byId("causes").classList.toggle("flow-open", Boolean(open));
      return !open;
    },
    file(clicks, which) {
      if (!clicks.some(Boolean)) return nothing();
      const { kind } = window.dash_clientside.callback_context.triggered_id;
      if (kind === "png") {
        savePng();
        return nothing();
      }
      const places = kind === "svg" && Object.fromEntries(network().nodes().map((n) => [n.id(), [n.position("x"), n.position("y")]]));
      return { kind, which, places: places || null, n: ++acts };
    },
  };

  function zoom(how) {
    const cy = network();
    if (how === "fit") return cy.animate({ fit: { padding: PADDING }, duration: 150 });
    const level = cy.zoom() * (how === "plus" ? 1.3 : 1 / 1.3);
    return cy.zoom({ level, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  }

  const rowOf = (target) => target.closest(":is(#causes-grid, #causes-targets) .ag-row");
  const isTarget = (row) => Boolean(row.closest("#causes-targets"));
  /* What a row stands for; the grid writes its id as HTML. */
  function textOf(row) {
    const read = document.createElement("textarea");
    read.innerHTML = row.getAttribute("row-id").replace(/^\d+:/, "");
    return read.value;
  }

  document.addEventListener("click", (event) => {
    if (!live()) return;
    const on = (name) => event.target.closest(`[data-causes-${name}]`);
    const row = rowOf(event.target);
    if (on("pick")) {
      const text = on("pick").dataset.causesPick;
      if (text) lead(text);
      else choose("");
    } else if (on("do")) {
      const { causesDo, causesNode, causesTarget } = on("do").dataset;
      act({ do: causesDo, node: causesNode || "", target: causesTarget || "" });
    } else if (on("zoom")) zoom(on("zoom").dataset.causesZoom);
    else if (row) lead(textOf(row), !isTarget(row));
    for (const [id, what] of [["causes-undo", "undo"], ["causes-redo", "redo"], ["causes-reset", "reset"]]) {
      if (event.target.closest(`#${id}`)) act({ do: what });
    }
  });

  const dialogOpen = () => document.querySelector("[role=dialog]");
  const typing = (element) => element.closest("input:not([type=radio]):not([type=checkbox]), textarea, [role=listbox]");

  function key(event) {
    const row = event.key === "Enter" && rowOf(event.target);
    if (row) return lead(textOf(row), !isTarget(row)), true;
    if (typing(event.target) || dialogOpen()) return false;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") return act({ do: event.shiftKey ? "redo" : "undo" }), true;
    if (event.key === "Escape" && pick) return choose(""), true;
    return false;
  }

  document.addEventListener("keydown", (event) => {
    if (live() && !event.defaultPrevented && key(event)) event.preventDefault();
  });
})();
