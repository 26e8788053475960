/** Whether the confidence of signals says how often they win. */

import type { CalibrationBucket } from "../../../api/performanceTypes";

export interface CalibrationPoint {
  /** Percents, 0-100: the middle of the bucket, and how many of its trades won. */
  predicted: number;
  won: number;
  trades: number;
  /** "70–80%". */
  name: string;
}

const round = (value: number) => Number(value.toFixed(1));

export function bucketName({ bucket_low: low, bucket_high: high }: CalibrationBucket): string {
  return `${round(low * 100)}–${round(high * 100)}%`;
}

/** The buckets that have trades. */
export function pointsOf(buckets: CalibrationBucket[]): CalibrationPoint[] {
  return buckets.flatMap((bucket) =>
    bucket.trades > 0 && bucket.win_rate_percent !== null
      ? [
          {
            predicted: round((bucket.bucket_low + bucket.bucket_high) * 50),
            won: bucket.win_rate_percent,
            trades: bucket.trades,
            name: bucketName(bucket),
          },
        ]
      : [],
  );
}

const CLOSE = 5;
const ENOUGH = 30;

/** Predicted less won, percentage points, over all trades. */
export function gapOf(points: CalibrationPoint[]): number | null {
  const trades = points.reduce((sum, point) => sum + point.trades, 0);
  if (trades === 0) return null;
  return points.reduce((sum, point) => sum + point.trades * (point.predicted - point.won), 0) / trades;
}

/** In words, what the points say. */
export function verdictOf(points: CalibrationPoint[]): string {
  const gap = gapOf(points);
  if (gap === null) return "";
  const trades = points.reduce((sum, point) => sum + point.trades, 0);
  const few = trades < ENOUGH ? ` ${trades} trades are too few to be sure.` : "";
  const size = Math.abs(gap).toFixed(0);
  if (Math.abs(gap) < CLOSE) return `Confidence says about how often trades win.${few}`;
  return gap > 0
    ? `Too confident: trades win ${size} points less often than predicted.${few}`
    : `Too modest: trades win ${size} points more often than predicted.${few}`;
}
