// Builds elements. Strings become text nodes, so that data from the API never turns into markup.

const SVG = "http://www.w3.org/2000/svg";

export function h(name, properties = {}, ...children) {
  return fill(document.createElement(name), properties, children);
}

export function svg(name, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, name), properties, children);
}

// Replaces the content by `children`; null and false are left out.
export function show(element, ...children) {
  element.replaceChildren(...flat(children));
  return element;
}

// Sets the text only if it differs: a live region must not repeat itself.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Focuses an element that is not in the tab order, such as a heading.
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

// Through the object model: the Content-Security-Policy blocks style attributes.
export function setStyle(element, style) {
  for (const [name, value] of Object.entries(style)) element.style.setProperty(name, value);
}

function flat(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false);
}
