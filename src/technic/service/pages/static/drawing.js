// A drawing of the service, as large as its place, with what a click on a part of it leads to.

export async function drawing(place, path, clicked) {
  const wide = Math.round(Math.max(320, Math.min(1600, place.clientWidth || 640)));
  const answer = await fetch(`${path}?width=${wide}&style=false`, { credentials: "same-origin" });
  if (!answer.ok) { place.textContent = ""; return; }
  const parsed = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  const picture = document.importNode(parsed.documentElement, true);
  if (picture.nodeName !== "svg") return;
  place.replaceChildren(picture);
  for (const title of picture.querySelectorAll("rect > title, path > title")) {
    const name = title.textContent.slice(0, title.textContent.lastIndexOf(":"));
    title.parentNode.classList.add("to");
    title.parentNode.addEventListener("click", () => clicked(name));
  }
}
