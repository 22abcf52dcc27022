// The visible part of the hall: pixels = units * scale + offset.

const MARGIN_PX = 12;
const SEAT_PX_MAX = 56;
const SCALE_LEAST = 0.01;

export class Camera {
  constructor() {
    this.bounds = { left: 0, right: 1, top: 0, bottom: 1 };
    this.width = 1;
    this.height = 1;
    this.scale = 1;
    this.x = 0;
    this.y = 0;
  }

  setView(width, height) {
    const wasWhole = this.scale <= this.scaleMin;
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    if (wasWhole) this.fit();
    else this.keepInside();
  }

  setBounds(bounds) {
    this.bounds = bounds;
    this.fit();
  }

  // The scale that shows the whole hall.
  get scaleMin() {
    const { left, right, top, bottom } = this.bounds;
    const across = (this.width - 2 * MARGIN_PX) / (right - left);
    const down = (this.height - 2 * MARGIN_PX) / (bottom - top);
    return Math.max(SCALE_LEAST, Math.min(across, down, SEAT_PX_MAX));
  }

  get scaleMax() {
    return Math.max(SEAT_PX_MAX, this.scaleMin);
  }

  fit() {
    this.scale = this.scaleMin;
    this.keepInside();
  }

  zoomAt(pixelX, pixelY, factor) {
    const { x, y } = this.toHall(pixelX, pixelY);
    this.scale = Math.min(this.scaleMax, Math.max(this.scaleMin, this.scale * factor));
    this.x = pixelX - x * this.scale;
    this.y = pixelY - y * this.scale;
    this.keepInside();
  }

  pan(pixelsX, pixelsY) {
    this.x += pixelsX;
    this.y += pixelsY;
    this.keepInside();
  }

  // Brings a point into view, near enough to see which seat it is.
  show(x, y, scaleAtLeast) {
    if (this.scale < scaleAtLeast) {
      this.scale = Math.min(scaleAtLeast, this.scaleMax);
      this.centre(x, y);
      return;
    }
    const margin = Math.min(2 * this.scale, this.width / 4, this.height / 4);
    const pixelX = x * this.scale + this.x;
    const pixelY = y * this.scale + this.y;
    this.pan(
      intoRange(pixelX, margin, this.width - margin) - pixelX,
      intoRange(pixelY, margin, this.height - margin) - pixelY,
    );
  }

  centre(x, y) {
    this.x = this.width / 2 - x * this.scale;
    this.y = this.height / 2 - y * this.scale;
    this.keepInside();
  }

  toHall(pixelX, pixelY) {
    return { x: (pixelX - this.x) / this.scale, y: (pixelY - this.y) / this.scale };
  }

  // Keeps the hall in view; a hall that is smaller than the view stays in its middle.
  keepInside() {
    const { left, right, top, bottom } = this.bounds;
    this.x = insideAxis(this.x, left * this.scale, right * this.scale, this.width);
    this.y = insideAxis(this.y, top * this.scale, bottom * this.scale, this.height);
  }
}

function insideAxis(offset, start, end, view) {
  const size = end - start;
  if (size <= view - 2 * MARGIN_PX) return (view - size) / 2 - start;
  return intoRange(offset, view - MARGIN_PX - end, MARGIN_PX - start);
}

function intoRange(value, min, max) {
  return Math.min(max, Math.max(min, value));
}
