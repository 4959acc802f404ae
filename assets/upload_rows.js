/* Draws uploads under way, and ties zone, buttons and drops to the functions that send. */
(function () {
  const up = (window.geneweaveUpload = window.geneweaveUpload || {});
  const BUTTONS = {
    waiting: ["cancel"], sending: ["pause", "cancel"], retrying: ["pause", "cancel"], paused: ["resume", "cancel"],
    failed: ["resume", "cancel"], absent: ["choose", "discard"], elsewhere: [],
  };
  const WORDS = { pause: "Pause", resume: "Resume", cancel: "Cancel", discard: "Discard", keep: "Keep", choose: "Choose it again" };
  const ICONS = { pause: "pause", resume: "play", cancel: "cross", discard: "trash", keep: "check", choose: "file" };
  const STATES = {
    waiting: "Waits for the ones before it", paused: "Paused", retrying: "The connection dropped; trying again",
    elsewhere: "Being sent in another tab",
  };
  const byId = (id) => document.getElementById(id);
  let drawing = 0;
  let wanted = ""; // key of the unfinished upload whose file is being chosen again

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  /* At most ten times a second, however fast the bytes go. */
  up.draw = function () {
    drawing = drawing || setTimeout(() => {
      drawing = 0;
      paint();
    }, 100);
  };

  function paint() {
    const list = byId("upload-rows");
    if (!list) return;
    const rows = new Map([...list.children].map((row) => [row.dataset.key, row]));
    rows.forEach((row, key) => up.items.has(key) || row.remove());
    up.items.forEach((item, key) => fill(rows.get(key) || list.appendChild(newRow(item)), item));
  }

  function newRow(item) {
    const row = element("li", "up-row");
    row.dataset.key = item.key;
    const sign = element("span", `gw-icon gw-icon-${item.folder ? "folder" : "file"}`);
    sign.setAttribute("aria-hidden", "true");
    const body = element("div", "up-body");
    const line = element("div", "up-line");
    line.append(element("strong", "up-name", item.name), element("span", "up-facts"));
    const bar = element("progress", "gw-progress");
    bar.max = item.size;
    bar.setAttribute("aria-label", `Upload of ${item.name}`);
    body.append(line, bar, element("p", "up-note"));
    row.append(sign, body, element("div", "up-acts"));
    return row;
  }

  function fill(row, item) {
    row.dataset.state = item.state;
    const at = (name) => row.querySelector(name);
    at("progress").value = up.sent(item);
    put(at(".up-facts"), facts(item));
    put(at(".up-note"), noteOf(item));
    const wanted = item.asking ? ["keep", "discard"] : BUTTONS[item.state];
    if (at(".up-acts").dataset.shown !== wanted.join()) buttons(at(".up-acts"), wanted, item);
  }

  function put(place, text) {
    if (place.textContent !== text) place.textContent = text;
  }

  function facts(item) {
    const speed = item.state === "sending" ? up.speed(item) : 0;
    const left = speed > 0 ? (item.size - up.sent(item)) / speed : 0;
    const moving = speed > 0 ? [`${up.bytes(speed)}/s`, ...(left > 0.5 ? [`about ${up.duration(left)} left`] : [])] : [];
    const files = item.folder ? [`${item.count} files`] : [];
    return [up.part(up.sent(item), item.size), ...files, ...moving].join(" · ");
  }

  function noteOf(item) {
    if (item.asking) return "Cancel the upload? What has come so far is thrown away.";
    if (item.state === "absent") return `Unfinished. Choose the same ${item.folder ? "folder" : "file"} again to go on.`;
    return item.note || STATES[item.state] || "";
  }

  function buttons(place, wanted, item) {
    const focused = place.contains(document.activeElement);
    place.dataset.shown = wanted.join();
    place.replaceChildren(...wanted.map((what) => {
      const button = element("button", "gw-button-small");
      button.type = "button";
      button.dataset.upload = what;
      const word = what === "discard" && item.asking ? "Throw away" : WORDS[what];
      button.setAttribute("aria-label", `${word}: ${item.name}`);
      const sign = element("span", `gw-icon gw-icon-${ICONS[what]}`);
      sign.setAttribute("aria-hidden", "true");
      button.append(sign, word);
      return button;
    }));
    if (focused && place.firstChild) place.firstChild.focus();
  }

  up.say = function (text, bad) {
    const live = byId("upload-live");
    if (live) live.textContent = text;
    else window.dash_clientside.set_props("notes", { sendNotifications: [{
      id: `upload-${Date.now()}`, action: "show", message: text, color: bad ? "orange" : "accent",
      autoClose: bad ? 15000 : 6000, withCloseButton: true, closeButtonProps: { "aria-label": "Close this message" },
    }] });
  };

  function refuse(faults) {
    const place = byId("upload-refused");
    if (!place) return;
    place.replaceChildren(...faults.map((text) => {
      const note = element("div", "gw-note gw-note-bad up-refused");
      const sign = element("span", "gw-icon gw-icon-warning");
      sign.setAttribute("aria-hidden", "true");
      note.append(sign, element("div", "", text));
      return note;
    }));
  }

  function take(found) {
    const { items, faults } = up.sort(found, up.limits);
    const begun = up.items.get(wanted);
    wanted = "";
    if (begun && !items.some(({ key }) => key === begun.key)) {
      return refuse([...faults, `This is not the '${begun.name}' that was begun: its name, size or date differs. Choose the same one, or discard it and begin anew.`]);
    }
    refuse(faults);
    items.forEach(up.add);
  }

  function chooser(id, folder) {
    const input = element("input", "gw-hidden");
    Object.assign(input, { type: "file", id, multiple: true, tabIndex: -1, webkitdirectory: folder });
    input.setAttribute("aria-label", folder ? "Choose a folder" : "Choose files");
    input.addEventListener("change", () => {
      take(up.ofInput(input));
      input.value = "";
    });
    return input;
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.upload = {
    mount() {
      const zone = byId("upload-zone");
      up.limits = JSON.parse(zone.dataset.limits);
      if (!byId("upload-input-files")) zone.append(chooser("upload-input-files", false), chooser("upload-input-folder", true));
      up.recall();
      up.draw();
      return window.dash_clientside.no_update;
    },
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-upload]");
    if (!button) return;
    const what = button.dataset.upload;
    const row = button.closest(".up-row");
    const item = row && up.items.get(row.dataset.key);
    wanted = what === "choose" ? item.key : "";
    if (what === "choose") byId(item.folder ? "upload-input-folder" : "upload-input-files").click();
    else if (item) up.acts[what](item);
    else byId(`upload-input-${what === "folder" ? "folder" : "files"}`).click();
  });

  const carriesFiles = (event) => byId("upload-zone") && event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  function over(event) {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    byId("upload-zone").toggleAttribute("data-over", event.type === "dragover");
  }
  document.addEventListener("dragover", over);
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && over(event));
  document.addEventListener("drop", async (event) => {
    if (!carriesFiles(event)) return;
    over(event);
    wanted = "";
    try {
      take(await up.ofDrop(event.dataTransfer));
    } catch (error) {
      refuse([`The browser could not read what was dropped (${error.name}). Choose it with the buttons instead.`]);
    }
  });
  function recall() {
    if (!byId("upload-zone")) return;
    up.recall();
    up.draw();
  }
  window.addEventListener("storage", recall);
  setInterval(recall, 5000);
})();
