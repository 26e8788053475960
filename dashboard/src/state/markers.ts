import type { Trade } from "../api/types";

export interface Mark {
  /** Open of the candle, epoch seconds. */
  time: number;
  kind: "entry" | "exit";
  trade: Trade;
}

export const SECONDS: Record<string, number> = { "5s": 5, "15s": 15, "1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "4h": 14400, "1d": 86400 };

/** Entries and exits of a symbol's trades, on the candles they fell into, oldest first. */
export function marks(trades: Trade[], venue: string, symbol: string, timeframe: string): Mark[] {
  const step = SECONDS[timeframe] ?? 60;
  const candle = (iso: string) => Math.floor(Date.parse(iso) / 1000 / step) * step;
  const found: Mark[] = [];
  for (const trade of trades) {
    if (trade.venue !== venue || trade.symbol !== symbol) continue;
    if (trade.opened_at !== null) found.push({ time: candle(trade.opened_at), kind: "entry", trade });
    if (trade.closed_at !== null) found.push({ time: candle(trade.closed_at), kind: "exit", trade });
  }
  return found.sort((a, b) => a.time - b.time);
}

/** The forming candle after one more price; a new one when its period is over. */
export function formed(
  last: { time: number; open: number; high: number; low: number; close: number } | undefined,
  price: number,
  time: number,
  timeframe: string,
) {
  const step = SECONDS[timeframe] ?? 60;
  const start = Math.floor(time / step) * step;
  if (last === undefined || start > last.time) return { time: start, open: price, high: price, low: price, close: price };
  if (start < last.time) return last;
  return { ...last, high: Math.max(last.high, price), low: Math.min(last.low, price), close: price };
}
