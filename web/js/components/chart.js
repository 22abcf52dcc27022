// A small line chart of the last minutes.

import { number } from "../core/format.js";
import { h, svg } from "../core/dom.js";

const WIDTH = 240;
const HEIGHT = 64;

// values: numbers, oldest first. words: the text for screen readers.
export function lineChart({ title, values, words, format = number }) {
  const top = Math.max(1, ...values);
  const last = values.at(-1) ?? 0;
  // A single value becomes a level line.
  const shown = values.length === 1 ? [last, last] : values;
  const x = (i) => (i * WIDTH) / (shown.length - 1);
  const y = (value) => HEIGHT - 2 - ((HEIGHT - 8) * value) / top;
  const points = shown.map((value, i) => `${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join(" L");
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", {}, h("span", {}, title), h("strong", {}, format(last))),
    svg(
      "svg",
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        preserveAspectRatio: "none",
        role: "img",
        "aria-label": words,
      },
      points
        ? svg("path", { class: "chart-area", d: `M0 ${HEIGHT} L${points} L${WIDTH} ${HEIGHT}Z` })
        : null,
      points ? svg("path", { class: "chart-line", d: `M${points}` }) : null,
    ),
  );
}

// Shares of a whole side by side: parts are [{name, value, words}].
export function shareBar(parts) {
  const total = Math.max(
    1,
    parts.reduce((sum, part) => sum + part.value, 0),
  );
  let left = 0;
  const bars = parts.map(({ name, value }) => {
    const bar = svg("rect", {
      class: `share-${name}`,
      x: (left * 100) / total,
      y: 0,
      width: (value * 100) / total,
      height: 10,
    });
    left += value;
    return bar;
  });
  return svg(
    "svg",
    {
      class: "share-bar",
      viewBox: "0 0 100 10",
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": parts.map((part) => part.words).join(", "),
    },
    bars,
  );
}
