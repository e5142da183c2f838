// Keeps the page up to date. What is shown was written by others: it is set as text, never as HTML.
"use strict";

const CHANNELS = { pagerduty: "PagerDuty", slack: "Slack", email: "E-mail" };
const PAGE = 100;
const byId = (id) => document.getElementById(id);
const search = byId("search");
const channel = byId("channel");

function setTime(element, text) {
  const time = new Date(text);
  element.dateTime = text;
  element.title = text;
  element.textContent = time.toLocaleString([], { dateStyle: "medium", timeStyle: "medium" });
}

function linkTo(address, text) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = text;
  link.rel = "noopener noreferrer";
  link.target = "_blank";
  return link;
}

const MARKS = { "*": "b", _: "i", "`": "code" };
const MARKED = /(https?:\/\/[^\s<>"]+|(?<![\w*_`])(?:\*[^*\n]+\*|_[^_\n]+_|`[^`\n]+`)(?![\w*_`]))/;

// Text as Slack shows it: addresses are links (only http and https), and *bold*, _italic_, `code`.
// The HTML of the page has the same rule.
function shownText(text, isSlack) {
  return text.split(MARKED).map((part, index) => {
    if (index % 2 === 0) return part;
    if (part.startsWith("http")) return linkTo(part, part);
    if (!isSlack) return part;
    const marked = document.createElement(MARKS[part[0]]);
    marked.textContent = part.slice(1, -1);
    return marked;
  });
}

// Where the title of a Slack message leads, or "".
function titleLink(message) {
  const link = message.channel === "slack" ? message.raw.attachments?.[0]?.title_link : "";
  return /^https?:\/\//.test(link ?? "") ? link : "";
}

function messageElement(message) {
  const item = byId("message").content.cloneNode(true).firstElementChild;
  const find = (selector) => item.querySelector(selector);
  if (message.state) item.classList.add(message.state);
  if (message.state === "firing") {
    if (message.colour === "warning") item.classList.add("warning");
    if (message.colour.includes("#")) item.classList.add("notice");
  }
  item.dataset.id = message.id;
  find(".channel").textContent = CHANNELS[message.channel];
  find(".channel").classList.add(message.channel);
  find(".recipient").textContent = message.recipient;
  find(".tag").textContent = message.state;
  if (message.state) find(".tag").classList.add(message.state);
  setTime(find("time"), message.received);
  const link = titleLink(message);
  find("h3").replaceChildren(link ? linkTo(link, message.title) : message.title);
  const lines = message.text.split("\n").filter((line) => line !== link);
  find("p").replaceChildren(...shownText(lines.join("\n"), message.channel === "slack"));
  find("pre").textContent =
    typeof message.raw === "string" ? message.raw : JSON.stringify(message.raw, null, 2);
  return item;
}

function incidentElement(incident) {
  const item = byId("incident").content.cloneNode(true).firstElementChild;
  item.classList.add(incident.state);
  item.querySelector("b").textContent = incident.title;
  item.querySelector(".tag").textContent = incident.state;
  setTime(item.querySelector("time"), incident.first);
  item.querySelector(".events").textContent =
    incident.events === 1 ? "1 event" : `${incident.events} events`;
  for (const button of item.querySelectorAll("button")) {
    button.hidden = button.value === "acknowledge" && incident.state !== "triggered";
    button.addEventListener("click", () => decide(incident.id, button));
  }
  return item;
}

async function decide(id, button) {
  button.disabled = true;
  const answer = await fetch(`api/incidents/${id}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ action: button.value }),
  }).catch((error) => ({ ok: false, status: error.message }));
  if (!answer.ok) report(new Error(`${button.value}: status ${answer.status}`));
  refresh();
}

async function ask(path, parameters) {
  const answer = await fetch(`${path}?${new URLSearchParams(parameters)}`);
  if (!answer.ok) throw new Error(`${path}: status ${answer.status}`);
  return answer.json();
}

let asked = 0;
let shown = "";

async function showMessages(before) {
  const mine = ++asked;
  const filter = { search: search.value, channel: channel.value, limit: PAGE };
  const { messages } = await ask("api/messages", before ? { ...filter, before } : filter);
  // An answer to what is no longer asked is thrown away.
  if (mine !== asked) return;
  const list = byId("messages");
  const newest = Number(list.firstElementChild?.dataset.id ?? 0);
  const fresh = messages.filter((message) => message.id > newest);
  if (before) {
    list.append(...messages.map(messageElement));
  } else if (shown === JSON.stringify(filter) && fresh.length < PAGE) {
    // What somebody is reading stays as it is, with its details open.
    list.prepend(...fresh.map(messageElement));
    return;
  } else {
    list.replaceChildren(...messages.map(messageElement));
  }
  shown = JSON.stringify(filter);
  byId("more").hidden = messages.length < PAGE;
}

async function showIncidents() {
  const { incidents } = await ask("api/incidents", { state: "open" });
  byId("incidents").replaceChildren(...incidents.map(incidentElement));
  const count = incidents.length;
  document.title = `${count ? `(${count}) ` : ""}Inbox · White Room Monitoring`;
}

function setConnection(state, text) {
  byId("connection").dataset.state = state;
  byId("connection").textContent = text;
}

function report(error) {
  setConnection("lost", `can't be loaded: ${error.message}`);
}

let refreshing = false;
let again = false;

// One at a time: in a storm of alerts, each answer would else be outdated before it is shown.
async function refresh() {
  again = true;
  if (refreshing) return;
  refreshing = true;
  while (again) {
    again = false;
    await Promise.all([showMessages(), showIncidents()]).catch(report);
  }
  refreshing = false;
}

function listen() {
  const events = new EventSource("api/events");
  events.onopen = () => {
    setConnection("live", "live");
    refresh();
  };
  events.onerror = () => setConnection("lost", "connection lost, trying again");
  events.addEventListener("message", refresh);
}

let typing;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => showMessages().catch(report), 150);
});
channel.addEventListener("change", () => showMessages().catch(report));
byId("filter").addEventListener("submit", (event) => event.preventDefault());
byId("more").addEventListener("click", () => {
  const last = byId("messages").lastElementChild;
  if (last) showMessages(last.dataset.id).catch(report);
});
listen();
