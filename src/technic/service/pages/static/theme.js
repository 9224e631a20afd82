// Runs before the page is drawn: the theme that was chosen, else the system's.
(() => {
  const root = document.documentElement;
  let chosen = null;
  try { chosen = localStorage.getItem("technic-theme"); } catch { chosen = null; }
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
})();
