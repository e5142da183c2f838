// The page of what is not there.
import { byId, h } from "../../shared/dom.js";
import { start } from "../shell.js";

start();
const problem = document.title.split(" · ")[0];
byId("main").replaceChildren(
  h("div", { class: "empty" }, h("h1", {}, "Not found"), h("p", {}, problem), h("a", { href: "/" }, "Home")),
);
