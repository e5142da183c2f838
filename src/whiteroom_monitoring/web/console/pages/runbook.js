// A runbook: what to do when its alert fires.
import { byId, h, messageOf } from "../../shared/dom.js";
import { getJson } from "../../shared/http.js";
import { setTitle, startPage } from "../shell.js";

async function show() {
  const name = decodeURIComponent(location.pathname.split("/")[2]);
  setTitle(name);
  try {
    const { html } = await getJson(`/api/runbooks/${name}`);
    byId("main").replaceChildren(
      h("article", { class: "card prose runbook", sanitizedHtml: html }),
    );
    // The browser looked for the anchor before there was anything.
    document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  } catch (error) {
    byId("main").replaceChildren(h("div", { class: "empty-page" }, messageOf(error)));
  }
}

startPage();
byId("main").classList.add("narrow");
show();
