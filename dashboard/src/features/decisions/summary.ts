/** What stands between signals and trades: the gates that failed, counted. */

import type { Decision } from "../../api/types";

export interface FailedGate {
  name: string;
  /** In how many of the decisions it failed, and in how many of those no other did. */
  count: number;
  alone: number;
}

/** The most frequent first. */
export function failedGates(decisions: Decision[]): FailedGate[] {
  const found = new Map<string, FailedGate>();
  for (const decision of decisions) {
    const failed = [...new Set(decision.gates.filter((gate) => !gate.passed).map((gate) => gate.name))];
    for (const name of failed) {
      const known = found.get(name) ?? { name, count: 0, alone: 0 };
      found.set(name, { name, count: known.count + 1, alone: known.alone + (failed.length === 1 ? 1 : 0) });
    }
  }
  return [...found.values()].sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
}

/** Every gate that was asked, in the order in which they are. */
export function gateNames(decisions: Decision[]): string[] {
  return [...new Set(decisions.flatMap((decision) => decision.gates.map((gate) => gate.name)))];
}

export interface Bar {
  /** How far the figure reaches and where the limit stands, 0-100. */
  figure: number;
  limit: number;
}

/** Figure and limit drawn to one scale; null where there is nothing to compare, as with a switch. */
export function barOf(figure: number | null, limit: number | null): Bar | null {
  if (figure === null || limit === null || limit <= 0) return null;
  if (limit === 1 && (figure === 0 || figure === 1)) return null;
  const scale = Math.max(figure, limit);
  const share = (value: number) => Math.max(0, Math.min(100, (value / scale) * 100));
  return { figure: share(figure), limit: share(limit) };
}
