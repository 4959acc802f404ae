/* Sends files and folders by the tus protocol; remembers what is unfinished, so that a reload loses nothing. */
(function () {
  const up = (window.geneweaveUpload = window.geneweaveUpload || {});
  const CHUNK = 16 * 1024 * 1024;
  const DELAYS = [500, 1000, 2000, 4000, 8000, 15000, 30000, 30000, 60000, 60000, 120000];
  const AT_ONCE = 2;
  const FRESH = 10000; // ms in which another tab must have been heard of to be at work
  const STORED = "geneweave-uploads";
  const items = (up.items = new Map());
  const hex = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const tab = sessionStorage.getItem(STORED) || hex();
  sessionStorage.setItem(STORED, tab);

  function stored() {
    try {
      return JSON.parse(localStorage.getItem(STORED)) || {};
    } catch (error) {
      return {};
    }
  }

  function remember(item) {
    const known = item.files.filter((one) => one.url || one.done);
    const files = Object.fromEntries(known.map((one) => [one.path, { url: one.url, done: one.done }]));
    const { key, name, size, folder, bundle, count } = item;
    write({ ...stored(), [key]: { key, name, size, folder, bundle, count, files, sent: sentOf(item), tab, beat: Date.now() } });
  }

  function forget(key) {
    const all = stored();
    delete all[key];
    write(all);
  }

  function write(all) {
    try {
      localStorage.setItem(STORED, JSON.stringify(all));
    } catch (error) {
      console.warn("Unfinished uploads cannot be remembered in this browser.", error.name);
    }
  }

  const sentOf = (item) => (item.files.length ? item.files.reduce((sum, one) => sum + (one.sent || 0), 0) : item.sent);
  up.sent = sentOf;

  /* Items that an earlier visit left unfinished, without their files. */
  up.recall = function () {
    for (const item of [...items.values()]) {
      if (!item.files.length && !stored()[item.key]) items.delete(item.key);
    }
    for (const record of Object.values(stored())) {
      const known = items.get(record.key);
      if (known && known.files.length) continue;
      const elsewhere = record.tab !== tab && Date.now() - record.beat < FRESH;
      items.set(record.key, { ...record, files: [], known: record.files, state: elsewhere ? "elsewhere" : "absent" });
    }
  };

  up.add = function (item) {
    const before = items.get(item.key);
    if (before && (before.state === "elsewhere" || (before.files.length && before.state !== "failed"))) return;
    const record = stored()[item.key] || {};
    const files = item.files.map((one) => {
      const known = (record.files || {})[one.path] || {};
      return { ...one, url: known.url, done: known.done, sent: known.done ? one.file.size : 0 };
    });
    items.set(item.key, { ...item, files, count: files.length, bundle: record.bundle || (item.folder ? hex() : ""),
                          state: "waiting", note: "", marks: [] });
    pump();
  };

  function pump() {
    const running = [...items.values()].filter((item) => ["sending", "retrying"].includes(item.state)).length;
    [...items.values()].filter((item) => item.state === "waiting").slice(0, Math.max(AT_ONCE - running, 0)).forEach(run);
    up.draw();
  }

  function run(item) {
    const one = item.files.find((each) => !each.done);
    item.state = "sending";
    item.note = "";
    if (!one) return incomplete(item);
    item.upload = new window.tus.Upload(one.file, options(item, one));
    item.upload.start();
    up.draw();
  }

  function options(item, one) {
    const alone = { filename: one.file.name };
    const together = { bundle: item.bundle, relativePath: one.path, count: item.count, bytes: item.size };
    return {
      endpoint: one.url ? null : window.location.origin + up.limits.endpoint,
      uploadUrl: one.url || null,
      chunkSize: CHUNK, retryDelays: DELAYS, storeFingerprintForResuming: false,
      uploadDataDuringCreation: Boolean(item.folder),
      metadata: item.folder ? together : alone,
      onUploadUrlAvailable() {
        one.url = item.upload.url;
        item.upload.options.endpoint = null; // so that a failing answer to "how far?" never begins a second upload
        remember(item);
      },
      onProgress(sent) {
        one.sent = sent;
        item.state = "sending";
        item.note = sentOf(item) >= item.size ? "Taking it in" : "";
        mark(item);
      },
      onChunkComplete: () => remember(item),
      onSuccess: ({ lastResponse }) => arrived(item, one, lastResponse.getHeader("Geneweave-File")),
      onShouldRetry: (error) => again(item, statusOf(error)),
      onError: (error) => failed(item, one, error),
    };
  }

  const statusOf = (error) => (error.originalResponse ? error.originalResponse.getStatus() : 0);

  function again(item, status) {
    const worth = status === 0 || [409, 423, 460].includes(status) || (status >= 500 && status !== 507);
    if (worth) {
      item.state = "retrying";
      item.marks = [];
      up.draw();
    }
    return worth;
  }

  function arrived(item, one, file) {
    one.done = true;
    one.sent = one.file.size;
    if (!file && item.files.some((each) => !each.done)) {
      remember(item);
      return run(item);
    }
    if (!file) return incomplete(item);
    items.delete(item.key);
    forget(item.key);
    up.say(`'${item.name}' has arrived. Its check is under way.`);
    if (document.getElementById("data-arrived")) {
      window.dash_clientside.set_props("data-arrived", { data: Date.now() });
    }
    pump();
  }

  /* All files were sent, and the server misses some: what it lost is sent again, once. */
  function incomplete(item) {
    if (item.retried || !item.folder) return fail(item, "The server has lost a part of it. Cancel it and choose it again.");
    item.retried = true;
    item.files.forEach((each) => Object.assign(each, { done: false, url: null, sent: 0 }));
    run(item);
  }

  function failed(item, one, error) {
    const status = statusOf(error);
    if (one.url && (status === 404 || status === 410) && !item.retried) {
      item.retried = true;
      Object.assign(one, { url: null, sent: 0 });
      return run(item);
    }
    const words = status && (error.originalResponse.getHeader("Content-Type") || "").startsWith("text/plain");
    const lost = "The connection to Geneweave was lost, and several tries failed. What has come is kept.";
    fail(item, words ? error.originalResponse.getBody() : status ? `Geneweave answered with fault ${status}. What has come is kept.` : lost);
  }

  function fail(item, note) {
    Object.assign(item, { state: "failed", note, marks: [] });
    up.say(`'${item.name}' could not be uploaded: ${note}`, true);
    pump();
  }

  /* Where it was when, over the last seconds: the speed. */
  function mark(item) {
    const now = performance.now();
    item.marks = [...item.marks.filter(([t]) => now - t < 6000), [now, sentOf(item)]];
    if (now - (item.beaten || 0) > 2000) {
      item.beaten = now;
      remember(item);
    }
    up.draw();
  }

  up.speed = function ({ marks }) {
    const [first, last] = [marks[0], marks[marks.length - 1]];
    return marks.length > 1 && last[0] - first[0] > 500 ? Math.max((1000 * (last[1] - first[1])) / (last[0] - first[0]), 0) : 0;
  };

  const stop = (item) => item.upload && item.upload.abort();

  up.acts = {
    pause(item) {
      stop(item);
      Object.assign(item, { state: "paused", note: "", marks: [] });
      remember(item);
      pump();
    },
    resume(item) {
      Object.assign(item, { state: "waiting", note: "", retried: false });
      pump();
    },
    cancel(item) {
      item.asking = true;
      up.draw();
    },
    keep(item) {
      item.asking = false;
      up.draw();
    },
    discard(item) {
      stop(item);
      items.delete(item.key);
      forget(item.key);
      const known = item.files.length ? item.files : Object.values(item.known || {});
      const url = known.map((one) => one.url).find(Boolean);
      if (url) window.tus.Upload.terminate(url, { retryDelays: [0, 1000, 3000, 8000] }).catch(() => null);
      up.say(`The upload of '${item.name}' was cancelled.`);
      pump();
    },
  };

  window.addEventListener("online", () => {
    items.forEach((item) => item.state === "failed" && item.note.startsWith("The connection") && up.acts.resume(item));
  });
})();
