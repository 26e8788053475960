import type { Bar } from "../api/types";

/** Length of each timeframe, seconds. */
export const TIMEFRAMES: Record<string, number> = {
  "5s": 5,
  "15s": 15,
  "1m": 60,
  "5m": 300,
  "15m": 900,
  "30m": 1800,
  "1h": 3600,
  "4h": 14_400,
  "1d": 86_400,
};

/** The finer candles that the forming one is put together from, and how many of them fill it. */
export function finer(timeframe: string): { timeframe: string; count: number } | null {
  const length = TIMEFRAMES[timeframe] ?? 0;
  const names = Object.keys(TIMEFRAMES).filter((name) => {
    const step = TIMEFRAMES[name] ?? 0;
    return step < length && length / step <= 360;
  });
  const name = names[0];
  return name === undefined ? null : { timeframe: name, count: length / (TIMEFRAMES[name] ?? 1) };
}

/** Open of the candle that `time` (epoch seconds) falls into. */
export function bucket(time: number, timeframe: string): number {
  const length = TIMEFRAMES[timeframe] ?? 60;
  return Math.floor(time / length) * length;
}

/** The candle still forming after the last closed one, from finer closed candles; null when they hold none of it. */
export function forming(closed: Bar[], parts: Bar[], timeframe: string): Bar | null {
  const newest = parts.at(-1);
  if (newest === undefined) return null;
  const open = bucket(newest.time, timeframe);
  const last = closed.at(-1);
  if (last !== undefined && open <= last.time) return null;
  const inside = parts.filter((part) => part.time >= open);
  const first = inside[0] ?? newest;
  return {
    time: open,
    open: first.open,
    high: Math.max(...inside.map((part) => part.high)),
    low: Math.min(...inside.map((part) => part.low)),
    close: newest.close,
  };
}

/** The newest candle after a tick: the one forming, moved; or the next one. A tick older than it changes nothing. */
export function afterTick(last: Bar | null, price: number, time: number, timeframe: string): Bar | null {
  const open = bucket(time, timeframe);
  if (last === null || open > last.time) return { time: open, open: price, high: price, low: price, close: price };
  if (open < last.time) return null;
  return { ...last, high: Math.max(last.high, price), low: Math.min(last.low, price), close: price };
}
