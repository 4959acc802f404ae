/* Files to take away: the figure of this view as SVG or PNG, and the table. */
(function () {
  const atlas = (window.geneweaveAtlas = window.geneweaveAtlas || {});
  const chosen = (id) => document.querySelector(`#${id} input:checked`).value;

  function save(address, name) {
    const link = atlas.make("a", "", [], { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
  }

  function width() {
    const asked = chosen("atlas-export-width");
    return asked === "own" ? Number(atlas.byId("atlas-export-own").value) || 1200 : Number(asked);
  }

  atlas.saveFigure = async function (button) {
    const [format, scale, pixels] = [chosen("atlas-export-format"), Number(chosen("atlas-export-scale")), width()];
    button.disabled = true;
    try {
      const answer = await fetch(`/api/map/${atlas.start.map}/figure?width=${pixels}&${atlas.query()}`);
      if (!answer.ok) throw new Error(await answer.text());
      const figure = await answer.json();
      const size = { format, width: figure.layout.width, height: figure.layout.height, scale: format === "png" ? scale : 1 };
      const image = await window.Plotly.toImage(figure, size);
      save(image, `${atlas.start.study}-map-${atlas.state.colour}.${format}`);
      atlas.say("Figure saved.");
    } catch (error) {
      atlas.notice(`The figure could not be made: ${error.message}`);
    } finally {
      button.disabled = false;
    }
  };

  atlas.saveTable = function (ending) {
    const query = new URLSearchParams(atlas.state.select ? { select: atlas.state.select } : {});
    save(`/api/map/${atlas.start.map}/table.${ending}?${query}`, "");
  };
})();
