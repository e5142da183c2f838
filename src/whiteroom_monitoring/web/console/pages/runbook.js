// A runbook: what to do when its alert fires.
import { ask } from "../../shared/http.js";
import { byId, h } from "../../shared/dom.js";
import { start, title } from "../shell.js";

start();
const name = decodeURIComponent(location.pathname.split("/")[2]);
title(name);
byId("main").classList.add("narrow");
ask(`/api/runbooks/${name}`)
  .then(({ html }) => byId("main").replaceChildren(h("article", { class: "card prose runbook", safeHtml: html })))
  .catch((error) => byId("main").replaceChildren(h("div", { class: "empty" }, error.message)));
