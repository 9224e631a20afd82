// All state of a page is in its address, so that any view can be passed on.

export const read = () => Object.fromEntries(new URLSearchParams(location.search));

export function write(changes, { push = false } = {}) {
  const params = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") params.delete(name);
    else params.set(name, value);
  }
  const text = params.toString();
  const address = location.pathname + (text ? `?${text}` : "");
  if (address === location.pathname + location.search) return;
  history[push ? "pushState" : "replaceState"](null, "", address);
}

export const list = (text) => (text ? text.split(",").map((part) => part.trim()).filter(Boolean) : []);
