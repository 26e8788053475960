/** Backtests in words. */

import type { BacktestConfig, BacktestKind, BacktestSource, JobStatus } from "../../api/backtestTypes";
import { figure } from "../../lib/format";
import { pathLabel } from "./form/space";

const KINDS: Record<BacktestKind, string> = { RUN: "Single run", SWEEP: "Sweep", WALK_FORWARD: "Walk-forward" };

export function kindWord(kind: BacktestKind): string {
  return KINDS[kind];
}

export function isActive(status: JobStatus): boolean {
  return status === "QUEUED" || status === "RUNNING";
}

/** What it is called; without a name of its own, by its strategies and market. */
export function titleOf({ name, config, data }: { name: string; config: BacktestConfig; data: BacktestSource }): string {
  return name || `${config.strategies.map((item) => item.name).join(" + ")} on ${data.symbols.join(", ")}`;
}

const day = (iso: string | null) => iso?.slice(0, 10);

/** "BTCUSDT, ETHUSDT · 1m · binance · 2022-01-01 to 2022-01-31". */
export function sourceSaid({ symbols, timeframe, venue, start, end }: BacktestSource): string {
  const last = end ? day(new Date(Date.parse(end) - 1).toISOString()) : undefined;
  const span = start || end ? ` · ${day(start) ?? "from the first candle"} to ${last ?? "the last candle"}` : "";
  const many = symbols.length > 4 ? `${symbols.slice(0, 3).join(", ")} and ${symbols.length - 3} more` : symbols.join(", ");
  return `${many} · ${timeframe} · ${venue}${span}`;
}

export function currencyOf(config: BacktestConfig): string {
  return config.account?.currency ?? "USDT";
}

/** "Fast 9, slow 21". */
export function paramsSaid(params: Record<string, unknown>): string {
  const text = Object.entries(params)
    .map(([path, value]) => `${pathLabel(path).toLowerCase()} ${figure(value)}`)
    .join(", ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
