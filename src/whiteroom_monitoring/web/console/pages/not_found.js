// The page for an address that shows nothing. Its title says why.
import { byId, h } from "../../shared/dom.js";
import { startPage } from "../shell.js";

startPage();
const [problem] = document.title.split(" · ");
byId("main").replaceChildren(
  h(
    "div",
    { class: "empty-page" },
    h("h1", {}, "Not found"),
    h("p", {}, problem),
    h("a", { href: "/" }, "Home"),
  ),
);
