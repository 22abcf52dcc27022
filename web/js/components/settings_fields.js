// The settings of a sale that are numbers, with the limits that the API has.

import { t } from "../i18n/index.js";
import { field } from "./controls.js";

const limits = {
  max_active: [1, 100_000],
  admit_per_minute: [0, 6_000_000],
  max_seats_per_user: [1, 100],
  hold_seconds: [5, 86_400],
  active_seconds: [5, 86_400],
  claim_seconds: [5, 3_600],
};

// Returns {all, changes(), applied()}: changes has those that differ from what they were, until
// applied() says that they are that now. Without a value a field may stay empty, which leaves the
// setting as it is.
export function settingsFields(values) {
  const fields = Object.entries(limits).map(([name, [min, max]]) => ({
    name,
    was: values[name] === undefined ? "" : String(values[name]),
    item: field(t(`setting.${name}`), {
      name,
      type: "number",
      min,
      max,
      step: 1,
      value: values[name] ?? "",
      required: values[name] !== undefined,
      hint: t(`setting.${name}_hint`),
    }),
  }));
  return {
    all: fields.map(({ item }) => item),
    applied() {
      for (const setting of fields) setting.was = setting.item.value;
    },
    changes() {
      const changed = fields.filter(({ item, was }) => item.value !== "" && item.value !== was);
      return Object.fromEntries(changed.map(({ name, item }) => [name, Number(item.value)]));
    },
  };
}
