(function () {
  "use strict";
  var all = function (what, root) { return Array.prototype.slice.call((root || document).querySelectorAll(what)); };
  var minus = "\u2212";

  /* tables of class sorts: a button in each heading */
  function worth(row, column) {
    var cell = row.cells[column], text = cell ? cell.textContent.trim() : "";
    var number = parseFloat(text.replace(minus, "-").replace(/[,+$%]/g, ""));
    return isNaN(number) ? (column < 2 ? text : null) : number;
  }
  function sort(table, column, head) {
    var body = table.tBodies[0], rows = all("tr", body);
    var down = head.getAttribute("aria-sort") !== "descending" && column > 1 ||
      head.getAttribute("aria-sort") === "ascending";
    rows.sort(function (one, other) {
      var a = worth(one, column), b = worth(other, column);
      if (a === null || b === null) return (a === null) - (b === null);
      return (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1);
    });
    rows.forEach(function (row) { body.appendChild(row); });
    all("th", table.tHead).forEach(function (one) { one.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  }
  all("table.sorts").forEach(function (table) {
    all("th", table.tHead).forEach(function (head, column) {
      if (column === 6) return;
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () { sort(table, column, head); });
    });
  });

  /* what is pointed at in a picture */
  var box = document.createElement("div");
  box.className = "tip";
  box.setAttribute("aria-hidden", "true");
  box.hidden = true;
  document.body.appendChild(box);
  function show(event, text) {
    box.hidden = !text;
    if (!text) return;
    box.textContent = text;
    var wide = box.offsetWidth, room = document.documentElement.clientWidth;
    box.style.left = Math.max(4, Math.min(event.clientX + 14, room - wide - 4)) + "px";
    box.style.top = Math.max(4, event.clientY - box.offsetHeight - 12) + "px";
  }
  function place(svg, event) {
    var area = svg.getBoundingClientRect(), view = svg.viewBox.baseVal;
    return [(event.clientX - area.left) * view.width / area.width, (event.clientY - area.top) * view.height / area.height];
  }
  function signed(value) {
    return value === null ? "\u2013" : (value > 0 ? "+" : value < 0 ? minus : "") + Math.abs(value).toFixed(2);
  }
  function hover(name, tell) {
    all("svg[data-" + name + "]").forEach(function (svg) {
      var data = JSON.parse(svg.getAttribute("data-" + name));
      svg.addEventListener("pointermove", function (event) { show(event, tell(data, place(svg, event), svg)); });
      svg.addEventListener("pointerleave", function () { show(null, ""); mark(svg, null); });
    });
  }
  function mark(svg, x) {
    var line = svg.querySelector("line.at");
    if (!line) {
      line = document.createElementNS(svg.namespaceURI, "line");
      line.setAttribute("class", "at");
      line.setAttribute("y1", 14);
      line.setAttribute("y2", 168);
      svg.appendChild(line);
    }
    line.setAttribute("visibility", x === null ? "hidden" : "visible");
    if (x !== null) { line.setAttribute("x1", x); line.setAttribute("x2", x); }
  }
  hover("tip", function (data, at, svg) {
    var wanted = (at[0] - data.x[0]) / data.x[1], best = 0;
    data.p.forEach(function (p, i) { if (Math.abs(p - wanted) < Math.abs(data.p[best] - wanted)) best = i; });
    mark(svg, data.x[0] + data.p[best] * data.x[1]);
    var label = typeof data.l === "string" ? data.l + " " + (data.p[best] > 0 ? "+" : "") + data.p[best] : data.l[best];
    return label + ": " + data.n.map(function (name, i) { return name + " " + signed(data.v[i][best]); }).join(", ") + " " + data.u;
  });
  hover("bars", function (data, at) {
    var bar = Math.floor((at[0] - data.x[0]) / data.x[1]);
    return data.l[bar] === undefined ? "" : data.l[bar] + " R: " + data.v[bar].toLocaleString("en");
  });

  /* the calendar tells its cells, and opens the trades of a day */
  function cell(data, at) {
    var size = data.b[data.b.length - 1];
    for (var i = 0; i < data.h.length; i++) {
      var x = at[0] - data.b[i][0], y = at[1] - data.b[i][1];
      if (x >= 0 && y >= 0 && x < size[0] && y < size[1]) return i;
    }
    return -1;
  }
  function date(data, i) {
    for (var day = 0, k = 0; k <= i; k++) day += data.d[k];
    return new Date(day * 864e5).toISOString().slice(0, data.u === "month" ? 7 : 10);
  }
  hover("days", function (data, at) {
    var i = cell(data, at);
    if (i < 0) return "";
    var said = (data.u === "week" ? "week of " : "") + date(data, i) + ": " + data.h[i].toLocaleString("en") + (data.h[i] === 1 ? " hit" : " hits");
    return data.h[i] ? said + (data.m[i] === null ? ", not over yet" : ", mean excess " + signed(data.m[i]) + " %") : said;
  });
  all("svg[data-days]").forEach(function (svg) {
    var data = JSON.parse(svg.getAttribute("data-days"));
    svg.addEventListener("click", function (event) {
      var i = cell(data, place(svg, event));
      var day = i < 0 ? null : document.getElementById("d" + data.o + "-" + date(data, i));
      if (day) { day.open = true; day.scrollIntoView({ block: "center" }); day.firstChild.focus(); }
    });
  });

  /* a link to a setup opens it; all of them at once */
  function reveal() {
    var found = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (found && found.tagName === "DETAILS") { found.open = true; found.scrollIntoView(); }
  }
  window.addEventListener("hashchange", reveal);
  all("a[href^='#']").forEach(function (link) {
    link.addEventListener("click", function () { if (link.hash === location.hash) reveal(); });
  });
  reveal();
  var setups = all("details.setup"), row = document.getElementById("open-all");
  if (row && setups.length) {
    ["open all", "close all"].forEach(function (said, closing) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = said;
      button.addEventListener("click", function () { setups.forEach(function (one) { one.open = !closing; }); });
      row.appendChild(button);
    });
    row.appendChild(document.createTextNode("what is open is printed"));
  }
})();
