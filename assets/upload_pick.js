/* What was dropped or chosen, sorted into files and folders to send, and sentences about the rest. */
(function () {
  const up = (window.geneweaveUpload = window.geneweaveUpload || {});
  const JUNK = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$|(^|\/)__MACOSX\//i;
  const MATRIX = /(^|\/)([^/]*)matrix\.mtx(\.gz)?$/i;
  const COMPANION = /^(barcodes|features|genes)\.tsv(\.gz)?$/i;
  const FOLDER = /matrix\.mtx(\.gz)?$|(^|\/)spatial\/|(^|\/)(\.zgroup|zarr\.json)$/i;
  const HINTS = [
    [/\.(rds|rda|rdata)$/i, "an R object: write it as .h5ad or as a 10x matrix from R, and upload that."],
    [/\.xlsx?$/i, "a spreadsheet: save its sheet as CSV, and upload that."],
    [/\.(fastq|fq|bam|sam)(\.gz)?$/i, "sequencing reads: count them first (Cell Ranger, STARsolo), and upload the matrix."],
    [/\.mtx(\.gz)?$/i, "only one of three: choose barcodes and features together with it, or their folder."],
    [/\.(png|jpe?g|tiff?|pdf|docx?)$/i, "no count matrix: upload the matrix that belongs to it."],
  ];

  /* All files of a drop, with the path of each inside its folder; entries must be taken before any wait. */
  up.ofDrop = async function (transfer) {
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
    if (!entries.some(Boolean)) return [...transfer.files].map((file) => ({ file, path: "" }));
    const found = [];
    for (const entry of entries.filter(Boolean)) await walk(entry, "", found);
    return found;
  };

  up.ofInput = (input) => [...input.files].map((file) => ({ file, path: file.webkitRelativePath || "" }));

  async function walk(entry, above, found) {
    const path = above + entry.name;
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      found.push({ file, path: above ? path : "" });
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return;
      for (const inside of some) await walk(inside, path + "/", found);
    }
  }

  /* Items to send and sentences about what is not sent. */
  up.sort = function (found, limits) {
    found = found.filter(({ file, path }) => !JUNK.test(path || file.name));
    const faults = [];
    const items = [];
    const loose = found.filter(({ path }) => !path);
    const folders = new Map();
    for (const one of found.filter(({ path }) => path)) {
      const top = one.path.split("/")[0];
      folders.set(top, [...(folders.get(top) || []), one]);
    }
    for (const [name, files] of triples(loose)) folders.set(name, files);
    for (const [name, files] of folders) {
      if (files.some(({ path }) => FOLDER.test(path))) items.push(folder(name, files));
      else if (files.some(({ file }) => readable(file, limits))) loose.push(...files.filter(({ file }) => readable(file, limits)));
      else faults.push(`The folder '${name}' holds nothing that Geneweave reads. A 10x folder has a matrix.mtx, a Visium folder a folder named spatial.`);
    }
    for (const { file } of loose) items.push(single(file));
    const good = items.filter((item) => {
      const fault = faultOf(item, limits);
      if (fault) faults.push(fault);
      return !fault;
    });
    return { items: good, faults };
  };

  /* A matrix, its barcodes and its features that were chosen side by side are a folder; they leave `loose`. */
  function triples(loose) {
    const made = [];
    for (const { file } of loose.filter(({ file }) => MATRIX.test(file.name))) {
      const prefix = file.name.match(MATRIX)[2];
      const own = loose.filter((one) => one.file.name.startsWith(prefix))
        .filter((one) => one.file === file || COMPANION.test(one.file.name.slice(prefix.length)));
      if (own.length < 3) continue;
      const name = prefix.replace(/[\s._-]+$/, "") || "matrix";
      own.forEach((one) => loose.splice(loose.indexOf(one), 1));
      made.push([name, own.map((one) => ({ file: one.file, path: `${name}/${one.file.name.slice(prefix.length)}` }))]);
    }
    return made;
  }

  function single(file) {
    const key = [file.name, file.size, file.lastModified].join("|");
    return { key, name: file.name, size: file.size, files: [{ file, path: "" }] };
  }

  function folder(name, files) {
    const size = files.reduce((sum, { file }) => sum + file.size, 0);
    const newest = Math.max(...files.map(({ file }) => file.lastModified));
    const key = [name + "/", size, newest, files.length].join("|");
    return { key, name, size, files, folder: true };
  }

  function readable(file, limits) {
    const name = file.name.toLowerCase();
    return limits.endings.some((ending) => name.endsWith(ending));
  }

  function faultOf(item, limits) {
    const { name, size } = item;
    const room = limits.all - limits.used;
    if (!item.folder && !readable(item.files[0].file, limits)) {
      const hint = HINTS.find(([pattern]) => pattern.test(name));
      return `'${name}' was not sent. It is ${hint ? hint[1] : "in none of the formats that Geneweave reads, which are listed above."}`;
    }
    if (size === 0) return `'${name}' is empty (0 bytes) and was not sent. Choose another file.`;
    if (item.files.length > limits.files) return `'${name}' has ${item.files.length} files, more than ${limits.files}. Pack it into a zip or tar and upload that.`;
    if (size > limits.one) return `'${name}' has ${up.bytes(size)}, and a file may have up to ${up.bytes(limits.one)}. Upload a smaller one.`;
    if (size > room) return `'${name}' has ${up.bytes(size)}, and ${up.bytes(Math.max(room, 0))} of room are left. Delete files that are no longer needed.`;
    return "";
  }

  const UNITS = [[1e9, "GB"], [1e6, "MB"], [1e3, "KB"], [1, "bytes"]];
  const figures = (x) => (x >= 100 ? Math.round(x).toString() : x >= 10 ? x.toFixed(1) : x.toFixed(2));
  const short = (x) => figures(x).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
  const unitOf = (n) => UNITS.find(([unit]) => n >= unit) || UNITS[3];

  up.bytes = (n) => `${short(n / unitOf(n)[0])} ${unitOf(n)[1]}`;
  up.part = (n, all) => `${n ? figures(n / unitOf(all)[0]) : 0} of ${up.bytes(all)}`;
  up.duration = function (seconds) {
    const s = Math.round(seconds);
    if (s < 60) return `${Math.max(s, 1)} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
    return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  };
})();
