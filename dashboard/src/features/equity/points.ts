import type { EquityPoint } from "../../api/types";

export interface Dot {
  /** Epoch seconds, each later than the one before. */
  time: number;
  value: number;
}

/** Equity as a chart takes it: whole seconds, strictly rising, the last value of each. */
export function dotsOf(points: EquityPoint[]): Dot[] {
  const dots: Dot[] = [];
  for (const point of points) {
    const time = Math.floor(Date.parse(point.time) / 1000);
    const newest = dots.at(-1);
    const dot = { time, value: Number(point.equity) };
    if (!Number.isFinite(time)) continue;
    if (newest === undefined || time > newest.time) dots.push(dot);
    else if (time === newest.time) dots[dots.length - 1] = dot;
  }
  return dots;
}

/** Deepest fall from a peak, as a fraction of the peak (0 to 1). */
export function maxDrawdown(dots: Dot[]): number {
  let peak = -Infinity;
  let deepest = 0;
  for (const { value } of dots) {
    peak = Math.max(peak, value);
    if (peak > 0) deepest = Math.max(deepest, (peak - value) / peak);
  }
  return deepest;
}
