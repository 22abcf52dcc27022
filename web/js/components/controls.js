// Buttons, fields, dialogs and lists that all pages share.

import { focusOn, h, setText, show, svg } from "../core/dom.js";
import { t } from "../i18n/index.js";

let lastId = 0;
const newId = (name) => `${name}-${(lastId += 1)}`;

// options: kind ('primary', 'danger', or plain), and any property of the element
export function button(text, { kind = "", ...properties } = {}) {
  return h(
    "button",
    { type: "button", class: `button ${kind && `button-${kind}`}`, ...properties },
    text,
  );
}

export function linkButton(text, path, { kind = "", ...properties } = {}) {
  return h(
    "a",
    { class: `button ${kind && `button-${kind}`}`, href: `#${path}`, ...properties },
    text,
  );
}

// Disables the button while act() runs, and shows that it is busy.
export async function whileBusy(element, act) {
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  try {
    await act();
  } finally {
    element.removeAttribute("aria-busy");
  }
}

// A labelled input with room for an error text. options: hint, and properties of the input
export function field(label, { hint = "", element = "input", ...properties } = {}, ...children) {
  const id = newId("field");
  const input = h(element, { id, "aria-describedby": `${id}-note`, ...properties }, ...children);
  const note = h("p", { class: "field-note", id: `${id}-note` }, hint);
  const box = h("div", { class: "field" }, h("label", { for: id }, label), input, note);
  return {
    box,
    input,
    get value() {
      return input.value;
    },
    complain(text) {
      setText(note, text || hint);
      box.classList.toggle("field-wrong", Boolean(text));
      if (text) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    },
  };
}

// Shows the browser's validation errors in our words; true if there are none.
export function checkFields(fields) {
  const wrong = fields.filter((item) => {
    item.complain(complaintOf(item.input));
    return !item.input.validity.valid;
  });
  wrong[0]?.input.focus();
  return wrong.length === 0;
}

function complaintOf({ validity, minLength, maxLength, min, max }) {
  if (validity.valid) return "";
  if (validity.valueMissing) return t("field.missing");
  if (validity.tooShort) return t("field.too_short", { n: minLength });
  if (validity.tooLong) return t("field.too_long", { n: maxLength });
  if (validity.rangeUnderflow) return t("field.too_small", { n: Number(min) });
  if (validity.rangeOverflow) return t("field.too_large", { n: Number(max) });
  return t("field.wrong");
}

export function loading(text = t("state.loading")) {
  return h(
    "p",
    { class: "loading", role: "status" },
    h("span", { class: "loading-light", "aria-hidden": "true" }),
    text,
  );
}

export function empty(title, text, { heading = "h2", ways = [] } = {}) {
  return h(
    "div",
    { class: "empty" },
    h(heading, {}, title),
    h("p", {}, text),
    h("div", { class: "notice-ways" }, ways),
  );
}

// Asks for confirmation of what cannot be undone. Resolves to true for yes.
export function confirm(question, { yes, no = t("action.keep") }) {
  return new Promise((resolve) => {
    const titleId = newId("question");
    const dialog = h(
      "dialog",
      { class: "dialog", "aria-labelledby": titleId },
      h(
        "form",
        { method: "dialog" },
        h("p", { id: titleId, class: "dialog-question" }, question),
        h(
          "div",
          { class: "dialog-ways" },
          h("button", { class: "button", value: "no" }, no),
          h("button", { class: "button button-danger", value: "yes" }, yes),
        ),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

const icons = {
  concerts: "M4 5h16v4a3 3 0 0 0 0 6v4H4v-4a3 3 0 0 0 0-6ZM9 5v14",
  tickets: "M5 3h5v5H5ZM14 3h5v5h-5ZM5 16h5v5H5ZM14 13v3M19 13v8M14 19v2M5 12h5M14 11h5",
  wallet: "M4 7h16v12H4ZM4 7l11-3v3M15 13h5",
  organiser: "M4 19V9M10 19V5M16 19v-7M22 19H2",
  light:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5",
  dark: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4 21c1-5 15-5 16 0",
};

export function icon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: icons[name] }),
  );
}

// A list that grows by pages: load(cursor) answers {items, next_cursor}.
export function pagedList({ load, row, whenEmpty, onProblem }) {
  const list = h("ul", { class: "plain-list" });
  const end = h("div", { class: "list-end" });
  const box = h("div", {}, list, end);
  async function more(cursor) {
    show(end, loading());
    try {
      const page = await load(cursor);
      const rows = page.items.map((item) => h("li", {}, row(item)));
      list.append(...rows);
      const next = page.next_cursor;
      show(end, next ? button(t("action.more"), { onclick: () => more(next) }) : null);
      if (list.children.length === 0) show(box, whenEmpty());
      // The pressed button is gone, so the first new item gets the focus.
      else if (cursor) focusOn(rows[0]);
    } catch (problem) {
      show(
        end,
        onProblem(problem, () => more(cursor)),
      );
    }
  }
  more(null);
  return box;
}
