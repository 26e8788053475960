/** Equity as charts take it. */

import type { UTCTimestamp } from "lightweight-charts";

import type { EquityFigures } from "../../api/analyticsTypes";
import { localTime } from "../../ui/chartTheme";
import type { Dot } from "../equity/points";

export interface Curve {
  name: string;
  dots: Dot[];
}

/** Whole seconds, strictly rising, the last value of each. */
function risen(points: { time: string; value: number | null }[]): Dot[] {
  const dots: Dot[] = [];
  for (const { time: iso, value } of points) {
    const time = Math.floor(Date.parse(iso) / 1000);
    if (!Number.isFinite(time) || value === null || !Number.isFinite(value)) continue;
    const newest = dots.at(-1);
    if (newest === undefined || time > newest.time) dots.push({ time, value });
    else if (time === newest.time) dots[dots.length - 1] = { time, value };
  }
  return dots;
}

export function equityDots(points: EquityFigures[]): Dot[] {
  return risen(points.map(({ time, equity }) => ({ time, value: equity })));
}

/** How far below its last peak equity stood, percent, 0 or less. */
export function underwaterDots(points: EquityFigures[]): Dot[] {
  return risen(points.map(({ time, drawdown_percent: value }) => ({ time, value: value === null ? null : -Math.abs(value) })));
}

/** In percent of where it began, so that runs of unlike balances can be laid over each other. */
export function grownDots(dots: Dot[]): Dot[] {
  const start = dots[0]?.value ?? 0;
  return start > 0 ? dots.map(({ time, value }) => ({ time, value: (value / start - 1) * 100 })) : [];
}

/** The value that a curve had at a time (epoch seconds), null before its first. */
export function valueAt(dots: Dot[], time: number): number | null {
  let [low, high] = [0, dots.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((dots[middle]?.time ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return dots[low - 1]?.value ?? null;
}

/** A chart's time to the minute, by the reader's clock. */
export function minuteOf(time: number): string {
  return localTime(time as UTCTimestamp).slice(0, 16);
}
