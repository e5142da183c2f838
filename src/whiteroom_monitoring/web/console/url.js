// The page's address holds what is looked at, as Grafana's addresses do.

export function parameters() {
  return new URLSearchParams(location.search);
}

export function parameter(name, otherwise = "") {
  return parameters().get(name) ?? otherwise;
}

// Sets parameters (a list sets several of one name, null removes one) and tells who listens.
export function go(changes, { replace = false } = {}) {
  const next = parameters();
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const each of [value].flat()) if (each !== null) next.append(name, each);
  }
  const text = next.toString();
  visit(text ? `?${text}` : location.pathname, { replace });
}

// Goes to an address that this page shows, too.
export function visit(address, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  dispatchEvent(new Event("placechange"));
}

addEventListener("popstate", () => dispatchEvent(new Event("placechange")));

// What every question to the server carries.
export function view(extra = {}) {
  const asked = [];
  for (const [name, value] of parameters()) {
    if (name === "from" || name === "to" || name.startsWith("var-")) asked.push([name, value]);
  }
  return [...asked, ...Object.entries(extra)];
}

// An address that a link of a dashboard leads to, with this time and these choices if it keeps them.
export function kept(link) {
  const [path, query = ""] = link.url.split("?");
  const asked = new URLSearchParams(query);
  for (const [name, value] of parameters()) {
    const keeps = name.startsWith("var-") ? link.variables : link.time && /^(from|to)$/.test(name);
    if (keeps) asked.append(name, value);
  }
  const text = asked.toString();
  return text ? `${path}?${text}` : path;
}
