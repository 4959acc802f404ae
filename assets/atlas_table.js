/* The drawer: the rows behind the picture, made from the columns that are here already. */
(function () {
  const atlas = (window.geneweaveAtlas = window.geneweaveAtlas || {});
  const KEY = "geneweave-atlas-drawer";
  let filled = null;
  let waiting = 0;

  function remembered(value) {
    try {
      if (value !== undefined) window.localStorage.setItem(KEY, value ? "open" : "closed");
      return window.localStorage.getItem(KEY) === "open";
    } catch {
      return false;
    }
  }

  function show(open) {
    atlas.byId("atlas-drawer-body").hidden = !open;
    atlas.byId("atlas-drawer-toggle").setAttribute("aria-expanded", String(open));
    atlas.byId("atlas").classList.toggle("atlas-drawer-open", open);
    window.dispatchEvent(new Event("resize"));
    atlas.fillTable();
  }

  atlas.toggleDrawer = () => show(remembered(atlas.byId("atlas-drawer-body").hidden));

  atlas.restoreDrawer = function () {
    filled = null;
    if (remembered()) show(true);
  };

  function rows() {
    const { columns, degree, n } = atlas.data;
    const [mean, detected] = [columns.get("mean").values, columns.get("detected").values];
    const made = [];
    for (let row = 0; row < n; row++) {
      if (atlas.chosen && !atlas.chosen[row]) continue;
      made.push({
        gene: atlas.geneOf(row), dataset: atlas.levelOf("dataset", row), modality: atlas.levelOf("modality", row),
        cluster: atlas.levelOf("cluster", row), mean: mean[row], detected: detected[row], degree: degree[row],
      });
    }
    return made;
  }

  /* Fills the grid when it is open and the selection is another than before. */
  atlas.fillTable = function () {
    const wanted = atlas.start.map + " " + atlas.state.select;
    if (atlas.byId("atlas-drawer-body").hidden || filled === wanted || !atlas.hidden) return;
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      filled = wanted;
      const grid = await window.dash_ag_grid.getApiAsync("atlas-grid");
      grid.setGridOption("rowData", rows());
    }, 60);
  };

  document.addEventListener("click", (event) => {
    const cell = atlas.live() && event.target.closest("#atlas-grid .ag-cell[col-id=gene]");
    if (cell) atlas.openGene(cell.textContent);
  });
  document.addEventListener("keydown", (event) => {
    const cell = atlas.live() && event.key === "Enter" && event.target.closest("#atlas-grid .ag-cell[col-id=gene]");
    if (cell) atlas.openGene(cell.textContent);
  });
})();
