// A chart pattern over the candles: its ground, its lines from corner to corner, what each corner is.

const LINE = 15, PAD = 3;

// Drawn by the chart itself, so that it moves and grows with the candles.
export class PatternShape {
  // pattern: of a symbol's route, its points from left to right; colours: shape and ground.
  constructor(pattern, colours) { this.pattern = pattern; this.colours = colours; this.view = { zOrder: () => "top", renderer: () => ({ draw: (target) => target.useMediaCoordinateSpace((space) => this.paint(space)) }) }; }

  attached({ chart, series }) { this.chart = chart; this.series = series; }
  detached() { this.chart = null; }
  updateAllViews() {}
  paneViews() { return [this.view]; }

  // Where its corners are now, in pixels of the pane; those that the chart does not know are left out.
  corners() {
    const scale = this.chart.timeScale();
    return this.pattern.points.map((point) => ({ x: scale.timeToCoordinate(point.date), y: this.series.priceToCoordinate(point.price), label: point.label })).filter((one) => one.x !== null && one.y !== null);
  }

  paint({ context, mediaSize }) {
    const corners = this.chart ? this.corners() : [];
    if (!corners.length) return;
    const { width, height } = mediaSize;
    const left = Math.max(0, corners[0].x);
    context.save();
    context.fillStyle = context.strokeStyle = this.colours.shape;
    context.globalAlpha = 0.09;
    context.fillRect(left, 0, width - left, height);
    context.globalAlpha = 1;
    context.lineWidth = 2; context.lineJoin = "round";
    context.beginPath();
    corners.forEach(({ x, y }, i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.stroke();
    for (const { x, y } of corners) { context.beginPath(); context.arc(x, y, 3, 0, 2 * Math.PI); context.fill(); }
    context.font = `600 11px ${this.colours.font}`;
    const taken = [];
    corners.forEach((corner, i) => this.label(context, corner, top(corners, i), mediaSize, taken));
    this.name(context, left, width, height);
    context.restore();
  }

  label(context, { x, y, label }, above, { width, height }, taken) {
    if (!label || x < 0 || x > width) return;
    const wide = context.measureText(label).width + 2 * PAD;
    const at = { x: Math.min(Math.max(x - wide / 2, 0), width - wide), y: Math.min(Math.max(above ? y - 8 - LINE : y + 8, 0), height - LINE) };
    if (taken.some((one) => at.x < one.x + one.wide && one.x < at.x + wide && Math.abs(at.y - one.y) < LINE)) return;
    taken.push({ ...at, wide });
    this.text(context, label, at.x, at.y, wide);
  }

  name(context, left, width, height) {
    const wide = context.measureText(this.pattern.title).width + 2 * PAD;
    if (left + wide + 4 < width) this.text(context, this.pattern.title, left + 2, height - LINE - 6, wide);
  }

  text(context, text, x, y, wide) {
    context.fillStyle = this.colours.ground;
    context.fillRect(x, y, wide, LINE);
    context.fillStyle = this.colours.shape;
    context.textBaseline = "middle";
    context.fillText(text, x + PAD, y + LINE / 2 + 0.5);
  }
}

// A corner is a top where its neighbours are below it: its label stands above it.
const top = (corners, i) => [corners[i - 1], corners[i + 1]].filter(Boolean).every((other) => corners[i].y <= other.y);
