/* The dialog for a file of one's own: its input is named, and a file too large is refused before it is read. */
(function () {
  "use strict";
  var LARGEST = 100e6; // gene vectors; the server holds text to less

  function refuse(event, files) {
    var inside = event.target.closest && event.target.closest("#library-own-file");
    if (!inside || !files || !files.length || files[0].size <= LARGEST) { return; }
    event.stopPropagation();
    event.preventDefault();
    var size = (files[0].size / 1e6).toPrecision(3);
    var text = "'" + files[0].name + "' has " + size + " MB; a file of your own may have up to 100 MB. Choose a smaller one.";
    var note = { type: "Div", namespace: "dash_html_components", props: { children: text, className: "gw-note gw-note-bad" } };
    window.dash_clientside.set_props("library-own-fault", { children: note });
  }

  function name_input(tries) {
    var input = document.querySelector("#library-own-file input");
    if (input) { input.setAttribute("aria-label", "A file of your own"); }
    else if (tries) { setTimeout(name_input, 50, tries - 1); }
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.library = {
    open: function (clicks) {
      var keep = window.dash_clientside.no_update;
      if (!clicks) { return [keep, keep]; }
      name_input(100);
      return [true, ""];
    },
  };

  document.addEventListener("change", function (event) { refuse(event, event.target.files); }, true);
  document.addEventListener("drop", function (event) { refuse(event, event.dataTransfer && event.dataTransfer.files); }, true);
})();
