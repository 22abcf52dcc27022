// A concert's poster, made from its words: the same concert looks the same everywhere.

import { h, svg } from "../core/dom.js";
import * as motifs from "./motifs.js";
import { Random, seedOf } from "./random.js";

// deep is the ground, and dark enough for white letters.
const palettes = [
  { deep: "#10143a", glow: "#8affc1", strong: "#3b6cff", soft: "#a9b8ff" },
  { deep: "#3a0d1f", glow: "#ffb02e", strong: "#f2385a", soft: "#ffc9c0" },
  { deep: "#06302f", glow: "#ffe45e", strong: "#12a594", soft: "#a8f0df" },
  { deep: "#2a0f4a", glow: "#ff7ac6", strong: "#8b4dff", soft: "#dcc4ff" },
  { deep: "#42190a", glow: "#ffd9a0", strong: "#f2622b", soft: "#ffb48a" },
  { deep: "#101010", glow: "#f4f4f0", strong: "#e4312b", soft: "#9a9a94" },
];

// A concert whose title or artist names a motif gets that one.
const meanings = [
  [/string|quartet|violin|cello|orchestra|현악|사중주|바이올린|첼로|교향/iu, "strings"],
  [/light|aurora|north|night|star|빛|밤|별|오로라/iu, "aurora"],
  [/moon|orbit|planet|space|달|우주/iu, "rings"],
  [/sun|summer|dawn|festival|태양|여름|새벽|축제/iu, "rays"],
  [/jazz|piano|swing|재즈|피아노/iu, "tiles"],
  [/techno|electro|house|rap|hip.?hop|beat|힙합|일렉/iu, "bars"],
];

function motifOf(title, random) {
  const found = meanings.find(([pattern]) => pattern.test(title));
  return found ? found[1] : random.choose(Object.keys(motifs));
}

function paletteOf(title) {
  return palettes[seedOf(title) % palettes.length];
}

function art(title) {
  const random = new Random(seedOf(title));
  const palette = paletteOf(title);
  return svg(
    "svg",
    {
      class: "poster-art",
      viewBox: "0 0 300 400",
      preserveAspectRatio: "xMidYMin slice",
      "aria-hidden": "true",
      focusable: "false",
    },
    svg("rect", { width: 300, height: 400, fill: palette.deep }),
    motifs[motifOf(title, random)](random, palette),
    svg("path", { d: "M0 256h300v144H0z", fill: palette.deep, opacity: "0.86" }),
  );
}

// The picture alone. A title is all it needs, so that a ticket shows the poster of its concert.
export function picture(title, size = "") {
  return h("span", { class: `poster poster-picture ${size}` }, art(title));
}

// Picture and words; heading is the element that names the concert, such as a link in a heading.
export function poster(concert, heading) {
  return h(
    "div",
    { class: "poster" },
    art(concert.title),
    h(
      "div",
      { class: "poster-words" },
      h("p", { class: "poster-artist" }, concert.artist),
      heading,
    ),
  );
}
