/** What the chart of a run shows: which candles, and the trades on them. */

import type { BacktestTrade } from "../../api/backtestTypes";
import type { Bar } from "../../api/types";
import { TIMEFRAMES } from "../../lib/candles";
import { money } from "../../lib/format";
import type { Level, Mark } from "../chart/markers";

/** Above so many trades, marks would hide the candles. */
export const MOST_MARKED = 150;
/** Candles before the entry and after the exit. */
const AROUND = 60;
const DEEPEST_SHARE = 0.6;

export const secondsOf = (iso: string) => Date.parse(iso) / 1000;

/** Open of the candle that a time falls into, whatever their length; null before the first and after the last. */
export function barAt(bars: Bar[], time: number): number | null {
  const step = bars.length > 1 ? Math.min(...bars.slice(1, 50).map((bar, index) => bar.time - (bars[index]?.time ?? 0))) : 60;
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle]?.time ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  const found = bars[low - 1];
  return found === undefined || (low === bars.length && time >= found.time + 2 * step) ? null : found.time;
}

/** Entries and exits on the candles that are shown, in the order that the chart asks for. */
export function runMarks(trades: BacktestTrade[], bars: Bar[], currency: string): Mark[] {
  const marks: Mark[] = [];
  for (const { number, direction, pnl, opened_at, closed_at } of trades) {
    const trade = { id: number, direction, realized_pnl: String(pnl), realized_pnl_formatted: money(pnl, currency, true) };
    const [entry, exit] = [barAt(bars, secondsOf(opened_at)), barAt(bars, secondsOf(closed_at))];
    if (entry !== null) marks.push({ time: entry, kind: "entry", trade });
    if (exit !== null) marks.push({ time: exit, kind: "exit", trade });
  }
  return marks.sort((a, b) => a.time - b.time || a.trade.id - b.trade.id);
}

/** The time around a trade that is worth seeing, ISO. */
export function rangeAround({ opened_at, closed_at }: BacktestTrade, timeframe: string): { start: string; end: string } {
  const [from, to] = [secondsOf(opened_at), secondsOf(closed_at)];
  const room = Math.max(AROUND * (TIMEFRAMES[timeframe] ?? 60), (to - from) * DEEPEST_SHARE);
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
  return { start: iso(from - room), end: iso(to + room) };
}

/** The levels of the one trade that is looked at. */
export function runLevels({ entry_price, initial_stop }: BacktestTrade): Level[] {
  const levels: Level[] = [{ kind: "entry", price: entry_price, title: "entry" }];
  if (initial_stop !== null) levels.push({ kind: "stop", price: initial_stop, title: "first stop" });
  return levels;
}
