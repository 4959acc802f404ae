/* A word for all parts of a file, in the form of a study. */
(function () {
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.study = {
    set_all(value, parts) {
      return parts.map(() => value || window.dash_clientside.no_update);
    },
  };
})();
