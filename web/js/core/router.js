// Finds the page of the address behind `#`, so that reloads, bookmarks and other tabs show it too.

// routes: [[pattern, load]...]; a part of a pattern that begins with `:` is a parameter.
export class Router {
  constructor(routes) {
    this.routes = routes.map(([pattern, load]) => ({ parts: split(pattern), load }));
  }

  match(address) {
    const [path, query = ""] = address.replace(/^#?\/?/, "/").split("?");
    const parts = split(path);
    for (const { parts: pattern, load } of this.routes) {
      const params = matchParts(pattern, parts);
      if (params) return { load, params, query: new URLSearchParams(query) };
    }
    return null;
  }
}

function split(path) {
  return path.split("/").filter(Boolean);
}

function matchParts(pattern, parts) {
  if (pattern.length !== parts.length) return null;
  const params = {};
  for (let i = 0; i < parts.length; i += 1) {
    if (pattern[i].startsWith(":")) params[pattern[i].slice(1)] = decode(parts[i]);
    else if (pattern[i] !== parts[i]) return null;
  }
  return params;
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function goTo(path) {
  globalThis.location.hash = path;
}

// Like goTo, but the present page leaves the browser's history.
export function replaceBy(path) {
  globalThis.location.replace(`#${path}`);
}
