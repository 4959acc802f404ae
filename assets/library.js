/* A file of one's own that is too large is refused before the browser reads it. */
(function () {
  "use strict";
  var LARGEST = 20e6;

  function refuse(event, files) {
    var inside = event.target.closest && event.target.closest("#library-own-file");
    if (!inside || !files || !files.length || files[0].size <= LARGEST) { return; }
    event.stopPropagation();
    event.preventDefault();
    var size = (files[0].size / 1e6).toPrecision(3);
    var text = "'" + files[0].name + "' has " + size + " MB; a file of your own may have up to 20 MB. Choose a smaller one.";
    var note = { type: "Div", namespace: "dash_html_components", props: { children: text, className: "gw-note gw-note-bad" } };
    window.dash_clientside.set_props("library-own-fault", { children: note });
  }

  document.addEventListener("change", function (event) { refuse(event, event.target.files); }, true);
  document.addEventListener("drop", function (event) { refuse(event, event.dataTransfer && event.dataTransfer.files); }, true);
})();
