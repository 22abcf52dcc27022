// A field for a time as the organiser's clock shows it; the API gets UTC.

import { field } from "./controls.js";

export function timeField(label, { value = null, ...properties } = {}) {
  const item = field(label, {
    type: "datetime-local",
    value: value && localText(value),
    ...properties,
  });
  return Object.defineProperty(item, "time", {
    get: () => (item.value ? new Date(item.value).toISOString() : null),
  });
}

function localText(date) {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
