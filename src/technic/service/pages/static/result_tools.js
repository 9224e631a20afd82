// What can be taken away of a result: files of every format, a setup.
import { may, postJson, putJson } from "./api.js";
import { download, h, put } from "./dom.js";
import { popup } from "./popup.js";

const FORMATS = { csv: "CSV", xlsx: "Excel", parquet: "Parquet", json: "JSON", md: "Markdown", tradingview: "TradingView watchlist" };

export function exports(place, identity) {
  put(place, Object.entries(FORMATS).map(([format, label]) => h("a", { href: `/v1/scans/${identity}/result?format=${format}`, download: format === "json" ? `technic-${identity.slice(0, 8)}.json` : "" }, label)));
}

// A setup has one order: the heading that was clicked first.
const order = (sort) => sort?.split(",")[0] || null;
const HERE = "among the setups of this service", FILE = "as a file to download";

// Answers the name of the setup that was saved here, null where none was.
export async function saveSetup(asked, state) {
  let text = "";
  const given = await popup("Save as setup", [
    { name: "name", label: "Name", required: true, hint: "Small letters, digits and underscores", value: "my_setup" },
    { name: "meaning", label: "What it looks for", required: true },
    { name: "to", label: "Where", choices: may("run") ? [HERE, FILE] : [FILE] },
  ], {
    confirm: "Save",
    note: "Expression, filters and order become a setup; technic scan --setup takes it by its name, or its file.",
    check: async ({ name, meaning, to }) => {
      const content = { meaning, keys: asked, rank_by: order(state.sort) };
      try {
        if (to === HERE) await putJson(`/v1/setups/${encodeURIComponent(name)}`, content);
        else text = (await postJson("/v1/setups/file", { name, ...content })).content;
        return null;
      } catch (error) { return error.message; }
    },
  });
  if (given?.to === FILE) download(`${given.name}.toml`, text, "application/toml");
  return given?.to === HERE ? given.name : null;
}
