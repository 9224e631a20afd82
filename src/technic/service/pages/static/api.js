// The routes of the API, as every other client has them.

export class Refused extends Error {
  constructor(status, message, body) { super(message); this.status = status; this.body = body; }
}

const meta = (name) => document.querySelector(`meta[name=${name}]`)?.content ?? "";
export const scope = meta("scope");
export const may = (needed) => ["read", "run", "admin"].indexOf(scope) >= ["read", "run", "admin"].indexOf(needed);

async function ask(method, path, { body, json, signal } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = meta("csrf");
  if (json !== undefined) { headers["Content-Type"] = "application/json"; body = JSON.stringify(json); }
  let answer;
  try {
    answer = await fetch(path, { method, headers, body, signal, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, "the service does not answer");
  }
  if (answer.status === 401) { location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`); }
  const text = await answer.text();
  let content = text;
  try { content = JSON.parse(text); } catch { /* some answers are text */ }
  if (!answer.ok) throw new Refused(answer.status, reason(content, answer.status), content);
  return content;
}

function reason(content, status) {
  if (typeof content?.detail === "string") return content.detail;
  if (Array.isArray(content?.detail)) return content.detail.map((one) => `${one.loc?.at(-1) ?? ""}: ${one.msg}`).join("; ");
  return `the service answered ${status}`;
}

export const getJson = (path, options) => ask("GET", path, options);
export const postJson = (path, json) => ask("POST", path, { json });
export const putJson = (path, json) => ask("PUT", path, { json });
export const put = (path, body) => ask("PUT", path, { body });
export const remove = (path) => ask("DELETE", path);

export const query = (values) => {
  const pairs = Object.entries(values).filter(([, v]) => v !== null && v !== undefined && v !== "");
  return pairs.length ? `?${new URLSearchParams(pairs)}` : "";
};
