/** What the list of decisions is asked for: in the address, so that links lead here and a view can be kept. */

import type { Decision } from "../../api/types";

export const FILTERS = ["account", "session", "verdict", "symbol", "gate", "signal"] as const;

export type FilterName = (typeof FILTERS)[number];

/** Empty means any. */
export type DecisionFilters = Record<FilterName, string>;

export function filtersOf(search: string): DecisionFilters {
  const asked = new URLSearchParams(search);
  return Object.fromEntries(FILTERS.map((name) => [name, asked.get(name) ?? ""])) as DecisionFilters;
}

export function searchOf(filters: DecisionFilters): string {
  const given = FILTERS.filter((name) => filters[name] !== "");
  if (given.length === 0) return "";
  return `?${new URLSearchParams(given.map((name) => [name, filters[name]]))}`;
}

/** The address of the explorer with these filters. */
export function decisionsAt(filters: Partial<Record<FilterName, string | number>>): string {
  const all = filtersOf("");
  for (const name of FILTERS) all[name] = String(filters[name] ?? "");
  return `/decisions${searchOf(all)}`;
}

export function matches(decision: Decision, filters: DecisionFilters): boolean {
  const same = (name: "account" | "session" | "verdict" | "symbol" | "signal") =>
    filters[name] === "" || String(decision[name]) === filters[name];
  const failed = decision.gates.some((gate) => gate.name === filters.gate && !gate.passed);
  return same("account") && same("session") && same("verdict") && same("symbol") && same("signal") && (filters.gate === "" || failed);
}
