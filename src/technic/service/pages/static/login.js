// A link from another site comes without the session's cookie: whoever is in goes on.
import { getJson } from "./api.js";

const next = document.querySelector("input[name=next]").value;
const state = await getJson("/login/state");
if (state.in) location.replace(next);
