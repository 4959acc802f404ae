/* Routing without a reload, the search box, keyboard shortcuts and the page's title. */
(function () {
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const nothing = () => window.dash_clientside.no_update;
  const same = (a, b) => a && b && ["pathname", "search", "study"].every((key) => a[key] === b[key]);
  let route = null;
  let arrivals = 0;

  function visit(address) {
    window.history.pushState({}, "", address);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  function markRail(pathname) {
    const first = (path) => "/" + (path.split("/")[1] || "studies");
    document.querySelectorAll(".gw-rail-link").forEach((link) => {
      const here = first(new URL(link.href).pathname) === first(pathname);
      if (here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
  }

  /* A page may change the address in place (history.replaceState). The address that was routed
     last can then be asked for again, and dcc.Location would see no difference. */
  function again() {
    const next = { pathname: location.pathname, search: location.search };
    if (route && next.pathname === route.pathname && next.search === route.search) {
      route = { ...route, switched: false, n: route.n + 1 };
      set("route", { data: route });
    }
  }
  window.addEventListener("_dashprivate_pushstate", again);
  window.addEventListener("popstate", again);

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.geneweave = {
    route(pathname, search, study, _route, known) {
      search = search || "";
      const switched = Boolean(route && route.study !== study && route.pathname === pathname);
      if (switched) window.history.replaceState({}, "", pathname);
      if (switched && search) {
        set("url", { search: "" }); // calls this function again
        return nothing();
      }
      const named = new URLSearchParams(search).get("study");
      if (named && named !== study && (known || []).some((choice) => choice.value === named)) {
        set("study-switch", { value: named }); // the address says which study is in view
        study = named;
      }
      const next = { pathname, search, study, switched, n: route ? route.n + 1 : 0 };
      if (same(next, route)) return nothing();
      route = next;
      markRail(pathname);
      return next;
    },
    /* A page that shows a result of another study says so; it is there already and is not built anew. */
    in_view(study, known) {
      if (route && route.study !== study && (known || []).some((choice) => choice.value === study)) {
        route = { ...route, study };
        set("study-switch", { value: study });
      }
      return nothing();
    },
    arrive(title) {
      document.title = title ? title + " · Geneweave" : "Geneweave";
      if (arrivals++ && !document.activeElement.closest("header, #main *")) {
        document.getElementById("main").focus({ preventScroll: true });
      }
      return nothing();
    },
    go(address) {
      if (!address) return [nothing(), nothing()];
      visit(address);
      document.getElementById("search").blur();
      return [null, ""];
    },
    open_help(clicks) {
      return Boolean(clicks);
    },
    save_figure(clicks) {
      if (!clicks) return nothing();
      const which = window.dash_clientside.callback_context.triggered_id;
      const id = typeof which.graph === "string" ? which.graph : JSON.stringify(which.graph);
      const plot = document.getElementById(id).querySelector(".js-plotly-plot");
      const { width, height } = plot._fullLayout; // a tall figure keeps its own size
      const tall = height > 420;
      const size = { width: tall ? width : 800, height: tall ? height : 420, scale: which.kind === "png" ? 3 : 1 };
      window.Plotly.downloadImage(plot, { format: which.kind, filename: which.name, ...size });
      return nothing();
    },
  };

  /* A figure's frame is busy until Plotly has drawn in it. */
  new MutationObserver(() => {
    document.querySelectorAll(".gw-figure-frame[data-busy]").forEach((frame) => {
      if (frame.querySelector(".main-svg")) frame.removeAttribute("data-busy");
    });
  }).observe(document.documentElement, { childList: true, subtree: true });

  const pages = {
    s: "/studies", d: "/data", a: "/atlas", m: "/modalities", c: "/compare", u: "/causes", k: "/knockout",
    q: "/quality", j: "/jobs",
  };
  let leader = -Infinity; // when g was pressed, by the clock of the keys: a busy page does not lengthen it
  function shortcut(event) {
    const typing = event.target.closest("input, textarea, select, [contenteditable=true]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "/") {
      const box = document.getElementById("search");
      box.focus();
      box.select();
      return true;
    }
    if (event.key === "?") {
      set("help", { opened: true });
      return true;
    }
    if (event.timeStamp - leader < 1200 && pages[event.key]) {
      leader = -Infinity;
      visit(pages[event.key]);
      return true;
    }
    const knockOut = event.key === "k" && document.querySelector("#main a.gw-knock-out");
    if (knockOut) {
      visit(knockOut.getAttribute("href"));
      return true;
    }
    leader = event.key === "g" ? event.timeStamp : -Infinity;
    return event.key === "g";
  }
  document.addEventListener("keydown", (event) => {
    if (!shortcut(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
})();
