/* The page of a file: limits are drawn over the figures without drawing the cells again. Links of a table stay in the app. */
(function () {
  const plot = (id) => document.querySelector("#" + id + " .js-plotly-plot");

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.geneweave_file = {
    mark(marks) {
      for (const [id, layout] of Object.entries(marks || {})) {
        if (plot(id)) window.Plotly.relayout(plot(id), layout);
      }
      return window.dash_clientside.no_update;
    },
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".net-genes a[href^='/']");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    window.history.pushState({}, "", link.getAttribute("href"));
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  });
})();
