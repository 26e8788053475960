/** The server's objections to a backtest, each at the field of the form that shows it. */

import { ApiError, type FieldErrors } from "../../../api/http";
import { unplaced } from "../../sessions/editor/errors";
import type { BacktestDraft } from "./draft";

/** By the names that the shared parts of a session's form know: "config.settings.risk.max_stake" is "risk.max_stake". */
export function byField(fields: FieldErrors): FieldErrors {
  const found: FieldErrors = {};
  for (const [name, messages] of Object.entries(fields)) {
    const short = name.replace(/^config\.(settings\.)?/, "");
    found[short] = [...(found[short] ?? []), ...messages];
  }
  return found;
}

const SHOWN = ["data.venue", "data.symbols", "data.timeframe", "data.start", "data.end", "data.detail_timeframe", "kind", "worst_case"];

/** What is wrong and has no field in sight. */
export function unplacedOf(problem: ApiError, draft: BacktestDraft): string[] {
  const searched = draft.kind !== "RUN";
  const rows = draft.search.rows.map((row) => `search.space.${row.path}`);
  const own = [
    ...SHOWN,
    ...Object.keys(draft.account).map((name) => `account.${name}`),
    ...Object.keys(draft.fill).map((name) => `fill_model.${name}`),
    ...(searched ? ["search.space", "search.method", "search.trials", "search.maximize", "search.seed", "search.out_of_sample_percent", ...rows] : []),
    ...(draft.kind === "WALK_FORWARD" ? ["search.folds", "search.anchored"] : []),
  ];
  const fields = byField(problem.fields);
  const rest = Object.entries(fields).filter(([name]) => !own.some((place) => name === place || name.startsWith(`${place}.`)));
  if (Object.keys(fields).length > 0 && rest.length === 0) return [];
  return unplaced(new ApiError(problem.status, problem.code, problem.message, Object.fromEntries(rest)), draft.rules);
}

/** What is said of one setting of the space; the server names it first, or in the field. */
export function errorsOfRow(errors: FieldErrors, path: string): string[] | undefined {
  const found = Object.entries(errors).flatMap(([name, messages]) => {
    if (path !== "" && (name === `search.space.${path}` || name.startsWith(`search.space.${path}.`))) return messages;
    if (name !== "search.space") return [];
    return messages.filter((message) => path !== "" && message.startsWith(`${path}:`)).map((message) => message.slice(path.length + 1).trim());
  });
  return found.length ? found : undefined;
}

/** What is said of the space as a whole. */
export function errorsOfSpace(errors: FieldErrors, paths: string[]): string[] | undefined {
  const found = (errors["search.space"] ?? []).filter((message) => !paths.some((path) => path !== "" && message.startsWith(`${path}:`)));
  return found.length ? found : undefined;
}
