/** What a search looks through: one row a setting, by its dotted name in the config. */

import type { BacktestStrategy, Space } from "../../../api/backtestTypes";
import { words } from "../../../lib/format";
import { documentOf, type Draft as RulesDraft, numeric, typed } from "../../sessions/editor/draft";
import { fieldsOf, SIZING_FIELDS } from "../../sessions/editor/sizing";
import { LIMIT_GROUPS } from "../../sessions/limits";

export interface SpaceRow {
  path: string;
  /** A range, or values with commas between. */
  kind: "range" | "values";
  low: string;
  high: string;
  step: string;
  values: string;
}

/** A setting that can be searched, with what a range of it may begin with. */
export interface Searchable {
  path: string;
  label: string;
  group: string;
  low: number;
  high: number;
  step: number;
}

export function rowsOf(space: Space): SpaceRow[] {
  return Object.entries(space).map(([path, given]) =>
    "values" in given
      ? { path, kind: "values", low: "", high: "", step: "", values: given.values.map(String).join(", ") }
      : { path, kind: "range", low: typed(given.low), high: typed(given.high), step: typed(given.step), values: "" },
  );
}

/** "true" and "false" are no words here, and numbers are numbers. */
function valueOf(text: string): unknown {
  return text === "true" ? true : text === "false" ? false : numeric(text);
}

export function valuesOf(text: string): unknown[] {
  return text
    .split(/[,;]+/)
    .map((item) => item.trim())
    .filter(Boolean)
    .map(valueOf);
}

/** As the API takes it; rows whose setting was not chosen are left out. */
export function spaceOf(rows: SpaceRow[]): Space {
  const chosen = rows.filter((row) => row.path !== "");
  return Object.fromEntries(
    chosen.map(({ path, kind, low, high, step, values }) => {
      if (kind === "values") return [path, { values: valuesOf(values) }];
      const steps = step.trim() === "" ? {} : { step: numeric(step) };
      return [path, { low: numeric(low), high: numeric(high), ...steps }];
    }),
  ) as Space;
}

/** How many values a row stands for; null where it has no end, or is not understood. */
export function countOf({ kind, low, high, step, values }: SpaceRow): number | null {
  if (kind === "values") return valuesOf(values).length || null;
  const [from, to, by] = [numeric(low), numeric(high), numeric(step)];
  if (typeof from !== "number" || typeof to !== "number" || to < from) return null;
  const whole = Number.isInteger(from) && Number.isInteger(to);
  const width = typeof by === "number" ? by : by === null && whole ? 1 : null;
  return width === null || width <= 0 ? null : Math.floor((to - from) / width + 1e-9) + 1;
}

/** How many settings a grid of these rows has; null where that is not known. */
export function gridSize(rows: SpaceRow[]): number | null {
  const counts = rows.filter((row) => row.path !== "").map(countOf);
  if (counts.length === 0 || counts.includes(null)) return null;
  return counts.reduce<number>((product, count) => product * (count ?? 1), 1);
}

function around(value: number, whole: boolean, minimum = 0, maximum = Infinity): Pick<Searchable, "low" | "high" | "step"> {
  const clean = (figure: number) => (whole ? Math.round(figure) : Number(figure.toPrecision(3)));
  const low = Math.max(minimum, clean(value / 2));
  const high = Math.min(maximum, Math.max(clean(value * 2), low + (whole ? 1 : 0)));
  const step = Math.max(clean((high - low) / 8), whole ? 1 : 0);
  return { low, high, step };
}

function ofStrategies(rules: RulesDraft, known: BacktestStrategy[]): Searchable[] {
  return rules.strategies.flatMap(({ name, params }, index) => {
    const strategy = known.find((item) => item.name === name);
    const group = rules.strategies.length > 1 ? `${index + 1}. ${strategy?.title ?? name}` : (strategy?.title ?? name);
    return Object.entries(strategy?.schema.properties ?? {}).flatMap(([key, spec]): Searchable[] => {
      const path = `strategies.${index}.params.${key}`;
      if (spec.type === "object") return inDocument(params[key] ?? "", spec.default, path, group);
      const given = Number(params[key]);
      const now = params[key]?.trim() && Number.isFinite(given) ? given : spec.default;
      return [{ path, label: words(key), group, ...around(now, spec.type === "integer", spec.minimum, spec.maximum) }];
    });
  });
}

/** The numbers in a document, by their dotted names; of a text that is no document, those of `otherwise`. */
function inDocument(text: string, otherwise: object, path: string, group: string): Searchable[] {
  const read = documentOf(text);
  return numbersIn("document" in read ? read.document : otherwise, "").map(([name, value]) => ({
    path: `${path}.${name}`,
    label: words(name.replaceAll(".", " ")),
    group,
    ...around(value, Number.isInteger(value), value > 0 ? 0 : value * 2),
  }));
}

function numbersIn(value: unknown, path: string): [string, number][] {
  if (typeof value === "number") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => numbersIn(item, path === "" ? key : `${path}.${key}`));
}

function ofExits({ exit }: RulesDraft): Searchable[] {
  const item = (path: string, label: string, text: string, whole = false): Searchable => ({
    path: `settings.exit_plan.${path}`,
    label,
    group: "Exits",
    ...around(Number(text) || 1, whole),
  });
  return [
    ...(exit.trailing ? [item("trailing.value", "Trailing: how far", exit.value), item("trailing.activation_percent", "Trailing: begins at", exit.activation_percent)] : []),
    ...(exit.break_even ? [item("break_even.trigger_percent", "Break-even: at", exit.trigger_percent)] : []),
    ...exit.targets.map((target, index) => item(`targets.${index}.percent`, `Target ${index + 1}`, target.percent)),
    item("time_exit_minutes", "Time exit, minutes", exit.time_exit_minutes || "120", true),
  ];
}

/** Every setting that can be searched, as the form stands. */
export function searchables(rules: RulesDraft, known: BacktestStrategy[]): Searchable[] {
  const exits: Searchable[] = [
    { path: "default_stop_percent", label: "Stop, percent", group: "Exits", ...around(Number(rules.default_stop_percent) || 0.5, false) },
    { path: "default_target_percent", label: "Target, percent", group: "Exits", ...around(Number(rules.default_target_percent) || 1, false) },
    ...ofExits(rules),
  ];
  const sizing = fieldsOf(rules.sizing.method).map((name) => ({
    path: `settings.sizing.${name}`,
    label: SIZING_FIELDS[name].label,
    group: "Size of a trade",
    ...around(Number(rules.sizing[name]) || 1, name === "atr_period" || name === "sample" || name === "minimum", name === "fraction" ? 0.1 : 0),
  }));
  const risk = LIMIT_GROUPS.flatMap((group) => group.limits).map(({ name, label, unit }) => ({
    path: `settings.risk.${name}`,
    label,
    group: "Risk limits",
    ...around(Number(rules.risk[name]) || (unit === "count" ? 5 : unit === "money" ? 100 : 2), unit === "count", unit === "count" ? 1 : 0),
  }));
  const account = [
    { path: "account.max_position_size", label: "Maximum position size", group: "Account", ...around(0.1, false, 0, 1) },
    { path: "account.min_confidence", label: "Minimum confidence", group: "Account", low: 0.5, high: 0.9, step: 0.1 },
    { path: "account.leverage", label: "Leverage", group: "Account", low: 1, high: 5, step: 1 },
  ];
  return [...ofStrategies(rules, known), ...exits, ...sizing, ...risk, ...account];
}

/** A row that begins with what is sensible around the setting as it stands. */
export function rowFor({ path, low, high, step }: Searchable): SpaceRow {
  return { path, kind: "range", low: typed(low), high: typed(high), step: typed(step), values: "" };
}

/** A setting's dotted name in short: "fast", "trailing value". */
export function pathLabel(path: string): string {
  const parts = path.split(".");
  const limit = LIMIT_GROUPS.flatMap((group) => group.limits).find((item) => path === `settings.risk.${item.name}`);
  if (limit !== undefined) return limit.label;
  const last = parts.at(-1) ?? path;
  const parent = parts.at(-2) ?? "";
  if (parts[1] === "exit_plan" && parts.length > 3) return words(/^\d+$/.test(parent) ? `target ${Number(parent) + 1} ${last}` : `${parent} ${last}`);
  return words(last);
}
