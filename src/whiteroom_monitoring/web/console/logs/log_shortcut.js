// Addresses that name no query: of a service, of a panel, of an id. They become a query.
import { getJson } from "../../shared/http.js";
import { queryParameter, requestParameters, updateQuery } from "../url.js";
import { idQuery, serviceQuery } from "./log_query.js";

const A_DAY = { from: "now-24h", to: "now" };
const PARAMETERS = ["service", "dashboard", "panel", "id"];

/** @returns {Promise<string[] | null>} the services that the address names, null if it names none */
async function namedServices() {
  const services = new URLSearchParams(location.search).getAll("service");
  const [dashboard, panel] = [queryParameter("dashboard"), queryParameter("panel")];
  if (!dashboard || !panel) return services.length ? services : null;
  const path = [dashboard, "panels", panel, "services"].map(encodeURIComponent).join("/");
  const answer = await getJson(`/api/dashboards/${path}`, requestParameters());
  return answer.services;
}

/**
 * Puts the query that the address means into it. Returns whether it has changed.
 * @returns {Promise<boolean>}
 */
export async function resolveShortcut() {
  if (queryParameter("expr")) return false;
  const nothing = Object.fromEntries(PARAMETERS.map((name) => [name, null]));
  const id = queryParameter("id");
  if (id) {
    updateQuery({ ...nothing, expr: idQuery(id) }, { replace: true });
    return true;
  }
  const services = await namedServices();
  if (!services) return false;
  // What has no lines of its own is looked for everywhere; who is quiet in the range has some.
  const { values } = await getJson("/api/logs/labels", { expr: "", label: "service", ...A_DAY });
  const known = services.filter((service) => values.includes(service));
  updateQuery({ ...nothing, expr: serviceQuery(known) }, { replace: true });
  return true;
}
