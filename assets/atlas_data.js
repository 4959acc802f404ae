/* Columns of a map as typed arrays, fetched once; similarities and saved sets when they are asked for. */
(function () {
  const atlas = (window.geneweaveAtlas = window.geneweaveAtlas || {});
  const TYPES = { uint16: Uint16Array, uint32: Uint32Array, float32: Float32Array };
  const kept = new Map();

  const decode = ({ type, data }) => new TYPES[type](Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer);

  async function get(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(await answer.text());
    return answer;
  }

  atlas.loadPoints = async function (map) {
    if (!kept.has(map)) {
      kept.clear();
      kept.set(map, read(await (await get(`/api/map/${map}/points`)).json()));
    }
    return kept.get(map);
  };

  function read(sent) {
    const columns = new Map(sent.columns.map((column) => [column.name, withNumbers(column)]));
    const known = new Map(sent.names.map((name) => [name.toUpperCase(), name]));
    const place = new Map(sent.names.map((name, index) => [name, index]));
    return {
      n: sent.n, names: sent.names, known, place, gene: decode(sent.gene), degree: decode(sent.degree), columns,
      stops: sent.stops, sets: new Map(),
    };
  }

  function withNumbers(column) {
    if (column.kind === "number") return { ...column, values: decode(column.values) };
    const codes = decode(column.codes);
    const counts = new Uint32Array(column.levels.length);
    codes.forEach((code) => counts[code]++);
    return { ...column, codes, counts };
  }

  /* Similarity of each row to a gene becomes the column `similarity`. */
  atlas.loadSimilarity = async function (gene) {
    const { columns } = atlas.data;
    if (columns.get("similarity")?.gene === gene) return;
    const answer = await get(`/api/map/${atlas.start.map}/similarity/${encodeURIComponent(gene)}`);
    const values = new Float32Array(await answer.arrayBuffer());
    let low = Infinity;
    let high = -Infinity;
    values.forEach((value) => {
      low = Math.min(low, value);
      high = Math.max(high, value);
    });
    columns.set("similarity", {
      kind: "number", name: "similarity", gene, label: `Similarity to ${gene}`, unit: "cosine, −1 to 1", low, high, values,
    });
  };

  atlas.loadSet = async function (id) {
    const { sets } = atlas.data;
    if (!sets.has(id)) sets.set(id, await (await get(`/api/map/${atlas.start.map}/genes/${id}`)).json());
    return sets.get(id);
  };

  atlas.geneOf = (row) => atlas.data.names[atlas.data.gene[row]];

  atlas.levelOf = function (column, row) {
    const { levels, codes } = atlas.data.columns.get(column);
    return levels[codes[row]];
  };

  atlas.rowsOf = function (gene) {
    const wanted = atlas.data.place.get(gene);
    const rows = [];
    for (let row = 0; row < atlas.data.n; row++) if (atlas.data.gene[row] === wanted) rows.push(row);
    return rows;
  };

  /* "CD74 · B · cluster 4 · seen in 82 % of cells" */
  atlas.words = function (row) {
    const seen = Math.round(100 * atlas.data.columns.get("detected").values[row]);
    const parts = [atlas.geneOf(row), atlas.levelOf("dataset", row), `cluster ${atlas.levelOf("cluster", row)}`, `seen in ${seen} % of cells`];
    return parts.join(" · ");
  };
})();
