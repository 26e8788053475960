/** Which trades are looked at: in the address, so that links lead here and a view can be kept. */

import type { Query } from "../../api/http";

export const PERIODS = ["7d", "30d", "90d", "ytd", "all", "custom"] as const;
export type Period = (typeof PERIODS)[number];

export const PERIOD_NAMES: Record<Period, string> = {
  "7d": "7 d",
  "30d": "30 d",
  "90d": "90 d",
  ytd: "YTD",
  all: "All",
  custom: "Custom",
};

export const TABS = ["figures", "signals", "gates", "montecarlo", "record"] as const;
export type TabName = (typeof TABS)[number];

export const TRADE_FILTERS = ["strategy", "symbol", "source", "tag"] as const;
export type TradeFilter = (typeof TRADE_FILTERS)[number];

const NAMES = ["account", "session", "period", "start", "end", ...TRADE_FILTERS, "tab"] as const;
export type ScopeName = (typeof NAMES)[number];

/** Empty means any, or as it begins. Start and end are UTC days, both within. */
export type Scope = Record<Exclude<ScopeName, "period" | "tab">, string> & { period: Period; tab: TabName };

const isOne = <T extends string>(list: readonly T[], value: string): value is T => (list as readonly string[]).includes(value);
const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

export function scopeOf(search: string): Scope {
  const asked = new URLSearchParams(search);
  const found = Object.fromEntries(NAMES.map((name) => [name, asked.get(name) ?? ""])) as Record<ScopeName, string>;
  const start = isDay(found.start) ? found.start : "";
  const end = isDay(found.end) ? found.end : "";
  const period = isOne(PERIODS, found.period) ? found.period : start || end ? "custom" : "all";
  const tab = isOne(TABS, found.tab) ? found.tab : "figures";
  return { ...found, start, end, period, tab };
}

export function searchOf(scope: Scope): string {
  const plain: Record<string, string> = { period: "all", tab: "figures" };
  const dated = scope.period === "custom" ? scope : { ...scope, start: "", end: "" };
  const given = NAMES.filter((name) => dated[name] !== "" && dated[name] !== plain[name]);
  if (given.length === 0) return "";
  return `?${new URLSearchParams(given.map((name) => [name, dated[name]]))}`;
}

/** The address of the page with this scope. */
export function performanceAt(scope: Partial<Record<ScopeName, string | number>>): string {
  const given = Object.entries(scope).map(([name, value]): [string, string] => [name, String(value)]);
  return `/performance${searchOf(scopeOf(`?${new URLSearchParams(given)}`))}`;
}

const DAY_MS = 86_400_000;
const DAYS: Partial<Record<Period, number>> = { "7d": 7, "30d": 30, "90d": 90 };

/** The first and the last UTC day of the period, today within; empty where it has no end. */
export function rangeOf({ period, start, end }: Pick<Scope, "period" | "start" | "end">, now: number): { start: string; end: string } {
  if (period === "custom") return { start, end };
  const days = DAYS[period];
  if (days !== undefined) return { start: new Date(now - (days - 1) * DAY_MS).toISOString().slice(0, 10), end: "" };
  return { start: period === "ytd" ? `${new Date(now).getUTCFullYear()}-01-01` : "", end: "" };
}

/** Why a range cannot be asked for; null for one that can. */
export function rangeProblem({ start, end }: { start: string; end: string }): string | null {
  return start !== "" && end !== "" && start > end ? "The first day is after the last." : null;
}

/** What the API is asked: a session alone, or its account. Null while neither is known, or the range cannot be. */
export function askedOf(scope: Scope, now: number): Query | null {
  const range = rangeOf(scope, now);
  if ((scope.account === "" && scope.session === "") || rangeProblem(range) !== null) return null;
  const whose: Query = scope.session !== "" ? { session: scope.session } : { account: scope.account };
  const filters = Object.fromEntries(TRADE_FILTERS.filter((name) => scope[name] !== "").map((name) => [name, scope[name]]));
  return { ...whose, ...given(range), ...filters };
}

/** The same without the filters of trades: for what is told of all of them. */
export function askedOfAll(scope: Scope, now: number): Query | null {
  return askedOf({ ...scope, strategy: "", symbol: "", source: "", tag: "" }, now);
}

function given({ start, end }: { start: string; end: string }): Query {
  return { ...(start ? { start } : {}), ...(end ? { end } : {}) };
}
