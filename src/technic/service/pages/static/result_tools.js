// What can be taken away of a result: files of every format, a setup.
import { postJson } from "./api.js";
import { download, h, put } from "./dom.js";
import { popup } from "./popup.js";

const FORMATS = { csv: "CSV", xlsx: "Excel", parquet: "Parquet", json: "JSON", md: "Markdown", tradingview: "TradingView watchlist" };

export function exports(place, identity) {
  put(place, Object.entries(FORMATS).map(([format, label]) => h("a", { href: `/v1/scans/${identity}/result?format=${format}`, download: format === "json" ? `technic-${identity.slice(0, 8)}.json` : "" }, label)));
}

export async function saveSetup(asked, state) {
  let text = "";
  const given = await popup("Save as setup", [
    { name: "name", label: "Name", required: true, hint: "Small letters, digits and underscores", value: "my_setup" },
    { name: "meaning", label: "What it looks for", required: true },
  ], {
    confirm: "Download",
    note: "A file for TECHNIC_HOME/setups, or for technic scan --setup FILE.",
    check: async (values) => {
      try { text = (await postJson("/v1/setups/file", { ...values, keys: asked, rank_by: state.sort ?? null })).content; return null; } catch (error) { return error.message; }
    },
  });
  if (given) download(`${given.name}.toml`, text, "application/toml");
}
