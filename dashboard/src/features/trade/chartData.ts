/** What the chart of one trade shows: which candles, and what lies on them. */

import type { TradeDetail } from "../../api/tradeTypes";
import { bucket, TIMEFRAMES } from "../../lib/candles";
import { share } from "../../lib/format";
import { type Level, type Mark, marksOf, seconds, type Trail } from "../chart/markers";

/** Above so many candles between entry and exit, coarser ones tell more. */
const MOST = 180;
const AROUND = { least: 24, most: 80, share: 0.35 };
const NAMES = Object.keys(TIMEFRAMES);
const lengthOf = (timeframe: string) => TIMEFRAMES[timeframe] ?? 60;

/** The timeframes to try for a span of so many seconds: the finest that fits, then the coarser, then the finer ones. */
export function timeframesFor(span: number): string[] {
  const fits = NAMES.findIndex((name) => span / lengthOf(name) <= MOST);
  const at = fits < 0 ? NAMES.length - 1 : fits;
  return [...NAMES.slice(at), ...NAMES.slice(0, at).reverse()];
}

/** How many candles to ask for, and before which time (epoch seconds), for a span with something around it. */
export function windowFor(opened: number, closed: number, timeframe: string): { limit: number; before: number } {
  const length = lengthOf(timeframe);
  const inside = Math.ceil((closed - opened) / length) + 1;
  const around = Math.round(Math.min(AROUND.most, Math.max(AROUND.least, inside * AROUND.share)));
  return { limit: Math.min(5000, inside + 2 * around), before: bucket(closed, timeframe) + (around + 1) * length };
}

/** A level as it was moved, up to `end` (epoch seconds); of several moves in one candle the last counts. */
function trailOf(trade: TradeDetail, level: "stop_loss" | "take_profit", timeframe: string, end: number): Trail["points"] {
  const prices = new Map<number, number | null>();
  for (const change of trade.level_changes) {
    const price = change[level];
    prices.set(bucket(seconds(change.time), timeframe), price === null ? null : Number(price));
  }
  const points = [...prices].map(([time, price]) => ({ time, price })).sort((a, b) => a.time - b.time);
  const last = points.at(-1);
  const ends = bucket(end, timeframe);
  return last !== undefined && last.price !== null && ends > last.time ? [...points, { time: ends, price: last.price }] : points;
}

/** Stop and target over the trade's life; `newest` (epoch seconds) is where an open one stands. */
export function trailsOf(trade: TradeDetail, timeframe: string, newest: number): Trail[] {
  const end = trade.closed_at === null ? newest : seconds(trade.closed_at);
  const trails: Trail[] = [
    { kind: "target", points: trailOf(trade, "take_profit", timeframe, end) },
    { kind: "stop", points: trailOf(trade, "stop_loss", timeframe, end) },
  ];
  return trails.filter(({ points }) => points.some(({ price }) => price !== null));
}

/** The entry, each part that was closed on the way, and the end. */
export function tradeMarks(trade: TradeDetail, timeframe: string, since: number): Mark[] {
  const ends = trade.closed_at === null ? null : bucket(seconds(trade.closed_at), timeframe);
  const parts = new Map<number, number>();
  for (const fill of trade.fills) {
    const time = bucket(seconds(fill.time), timeframe);
    if (fill.purpose !== "ENTRY" && time !== ends && time >= since) parts.set(time, (parts.get(time) ?? 0) + Number(fill.quantity));
  }
  const closed = [...parts].map(([time, quantity]): Mark => {
    const label = `−${share(quantity / Number(trade.quantity))}`;
    return { time, kind: "part", trade, label };
  });
  return [...marksOf([trade], timeframe, since), ...closed].sort((a, b) => a.time - b.time);
}

/** The levels that are in force, and the targets still to come; of a trade that is over, its entry alone. */
export function tradeLevels(trade: TradeDetail): Level[] {
  const levels: Level[] = [];
  const add = (kind: Level["kind"], value: string | number | null, title: string = kind) => {
    if (value !== null) levels.push({ kind, price: Number(value), title });
  };
  add("entry", trade.entry_price);
  if (trade.status !== "OPEN" && trade.status !== "CLOSING") return levels;
  add("stop", trade.stop_loss);
  add("target", trade.take_profit);
  const targets = trade.exit_plan.targets ?? [];
  targets.slice(trade.targets_hit + 1).forEach((target, index) => add("target", target.price, `target ${trade.targets_hit + index + 2}`));
  return levels;
}
