/** The server's objections to a nested request, each at the field that shows it. */

import type { ApiError, FieldErrors } from "../../../api/http";
import { type Draft, HORIZONS } from "./draft";
import { fieldsOf } from "./sizing";

/** At this field, or at anything in it: an item of a list is blamed by its number, which nobody counts. */
export function errorsAt(errors: FieldErrors, path: string): string[] | undefined {
  const found = Object.entries(errors).filter(([name]) => name === path || name.startsWith(`${path}.`));
  return found.length ? found.flatMap(([, messages]) => messages) : undefined;
}

const ALWAYS = [
  "account",
  "name",
  "venue",
  "timeframe",
  "symbols",
  "sources",
  "market_types",
  "timeframes",
  "min_confidence",
  "allow_unprotected",
  "default_stop_percent",
  "default_target_percent",
  "schedule.time_zone",
  "schedule.days",
  "schedule.start",
  "schedule.end",
  "schedule.calendar",
  "sizing.method",
  "exit_plan.time_exit_minutes",
  "contract",
];

/** Said of a list or an object as a whole, above its parts. */
const WHOLES: ReadonlySet<string> = new Set([
  "strategies",
  "schedule.blackouts",
  "exit_plan.trailing",
  "exit_plan.break_even",
  "exit_plan.targets",
  "timeframe_weights",
]);

/** The paths that the form has a place for, as it stands. */
export function placesOf(draft: Draft): string[] {
  const { strategies, schedule, risk, sizing, exit } = draft;
  const numbered = (name: string, items: readonly unknown[], fields: string[]) =>
    items.flatMap((_, index) => fields.map((field) => `${name}.${index}.${field}`));
  return [
    ...ALWAYS,
    ...numbered("strategies", strategies, ["name", "params"]),
    ...numbered("schedule.blackouts", schedule.blackouts, ["start", "end", "reason"]),
    ...Object.keys(risk).map((name) => `risk.${name}`),
    ...fieldsOf(sizing.method).map((name) => `sizing.${name}`),
    ...(exit.trailing ? ["kind", "value", "activation_percent", "step_percent", "atr_period"].map((name) => `exit_plan.trailing.${name}`) : []),
    ...(exit.break_even ? ["trigger_percent", "offset_percent"].map((name) => `exit_plan.break_even.${name}`) : []),
    ...numbered("exit_plan.targets", exit.targets, ["percent", "portion"]),
    ...HORIZONS.map((name) => `timeframe_weights.${name}`),
  ];
}

/** What the server objects to and no field shows; its message where it names no field at all. */
export function unplaced({ fields, message }: ApiError, draft: Draft): string[] {
  const places = placesOf(draft);
  const entries = Object.entries(fields);
  if (entries.length === 0) return [message];
  return entries
    .filter(([name]) => !WHOLES.has(name) && !places.some((place) => name === place || name.startsWith(`${place}.`)))
    .map(([name, messages]) => (name === "non_field_errors" ? messages.join(" ") : `${name}: ${messages.join(" ")}`));
}
