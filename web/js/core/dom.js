// Builds elements. Strings become text nodes, so that data from the API never turns into markup.

const SVG = "http://www.w3.org/2000/svg";

export function h(name, properties = {}, ...children) {
  return fill(document.createElement(name), properties, children);
}

export function svg(name, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, name), properties, children);
}

// Puts `children` in the place of what is there; null and false are left out.
export function show(element, ...children) {
  element.replaceChildren(...flat(children));
  return element;
}

// Sets the text only when it differs: a live region must not repeat itself.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// For what has no place in the order of the tab key, such as a heading.
export function focusOn(element) {
  element?.setAttribute("tabindex", "-1");
  element?.focus();
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") setStyle(element, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...flat(children));
  return element;
}

// Through the object model: a style attribute would be refused by the Content-Security-Policy.
export function setStyle(element, style) {
  for (const [name, value] of Object.entries(style)) element.style.setProperty(name, value);
}

function flat(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false);
}
