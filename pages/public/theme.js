// Sets the theme before the first paint, so that nothing flashes. Runs once, before the application.
(function () {
  var choice = 'system';
  try {
    choice = localStorage.getItem('throughline.theme') || 'system';
  } catch {
    // Storage is blocked: the system's theme is used.
  }
  var dark =
    choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.mode = dark ? 'dark' : 'light';
})();
