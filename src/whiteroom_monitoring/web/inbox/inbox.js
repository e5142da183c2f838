// Keeps the page up to date: when something has arrived, it loads the page again and takes over what
// has changed. The server alone renders notifications, and escapes what others wrote.
import { byId, messageOf } from "../shared/dom.js";
import { getText, sendJson } from "../shared/http.js";

const TYPING_MS = 150;
const form = /** @type {HTMLFormElement} */ (byId("filter"));
const timeFormat = new Intl.DateTimeFormat([], { dateStyle: "medium", timeStyle: "medium" });

/** @param {ParentNode} root whose times are shown in the reader's own time zone */
function localizeTimes(root) {
  for (const time of root.querySelectorAll("time")) {
    time.title = time.dateTime;
    time.textContent = timeFormat.format(new Date(time.dateTime));
  }
}

/** @param {string} query */
async function loadPage(query) {
  const page = new DOMParser().parseFromString(await getText(`/${query}`), "text/html");
  localizeTimes(page);
  return page;
}

/**
 * @param {ParentNode} page
 * @param {string} id of a list
 */
const itemsOf = (page, id) =>
  /** @type {HTMLElement[]} */ ([...page.querySelectorAll(`#${id} > li`)]);

/** @param {HTMLElement} item */
const idOf = (item) => Number(item.dataset.id);

// The query string of the filter, which is the page's address, too.
function filterQuery() {
  const fields = /** @type {[string, string][]} */ ([...new FormData(form)]);
  const query = new URLSearchParams(fields.filter(([, value]) => value)).toString();
  return query ? `?${query}` : "";
}

/**
 * Shows the messages of a newly loaded page.
 * @param {Document} page
 * @param {boolean} keep whether what is shown stays: a reader may have its details open
 */
function showMessages(page, keep) {
  const list = byId("messages");
  const items = itemsOf(page, "messages");
  const newest = Math.max(0, ...itemsOf(document, "messages").map(idOf));
  const added = items.filter((item) => idOf(item) > newest);
  if (keep && added.length < items.length) {
    list.prepend(...added);
    return;
  }
  list.replaceChildren(...items);
  showOlderLink(page);
}

/** @param {Document} page */
function showOlderLink(page) {
  const older = page.querySelector("#older");
  document.querySelector("#older")?.remove();
  if (older) byId("messages").parentElement?.append(older);
}

let latestRequest = 0;
let shownQuery = filterQuery();

async function refresh() {
  const query = filterQuery();
  const request = ++latestRequest;
  try {
    const page = await loadPage(query);
    // The filter may have changed meanwhile.
    if (request !== latestRequest) return;
    byId("incidents").replaceChildren(...itemsOf(page, "incidents"));
    document.title = page.title;
    showMessages(page, query === shownQuery);
    shownQuery = query;
  } catch (error) {
    showConnection("lost", `The page can't be loaded: ${messageOf(error)}`);
  }
}

let isRefreshing = false;
let isOutdated = false;

// One refresh at a time: in a storm of alerts, each would else be outdated before it is shown.
async function refreshSoon() {
  isOutdated = true;
  if (isRefreshing) return;
  isRefreshing = true;
  while (isOutdated) {
    isOutdated = false;
    await refresh();
  }
  isRefreshing = false;
}

async function filterMessages() {
  history.replaceState(null, "", filterQuery() || "/");
  await refresh();
}

/** @param {HTMLAnchorElement} link */
async function appendOlder(link) {
  const page = await loadPage(link.search);
  byId("messages").append(...itemsOf(page, "messages"));
  showOlderLink(page);
}

/** @param {HTMLButtonElement} button of an incident */
async function act(button) {
  const incident = /** @type {HTMLElement} */ (button.closest(".incident"));
  const text = button.value === "note" ? prompt("What did you see or do?") : "";
  if (button.value === "note" && !text) return;
  button.disabled = true;
  const content = text ? { action: button.value, text } : { action: button.value };
  await sendJson("POST", `/api/incidents/${incident.dataset.id}`, content);
  await refreshSoon();
}

/**
 * @param {"live" | "lost"} state
 * @param {string} text
 */
function showConnection(state, text) {
  byId("connection").dataset.state = state;
  byId("connection").textContent = text;
}

/** @param {Promise<unknown>} promise */
function reportFailure(promise) {
  promise.catch((error) => showConnection("lost", messageOf(error)));
}

function listen() {
  const events = new EventSource("/api/events");
  events.onopen = () => {
    showConnection("live", "live");
    refreshSoon();
  };
  events.onerror = () => showConnection("lost", "Connection lost; trying again.");
  events.addEventListener("message", refreshSoon);
}

/** @param {MouseEvent} event */
function handleClick(event) {
  const target = /** @type {Element} */ (event.target);
  const older = target.closest("#older");
  const button = target.closest(".actions button");
  if (button instanceof HTMLButtonElement) reportFailure(act(button));
  if (!(older instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  reportFailure(appendOlder(older));
}

let typing = 0;

form.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(filterMessages, TYPING_MS);
});
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("click", handleClick);
localizeTimes(document);
listen();
