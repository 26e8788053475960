import { useMemo } from "react";

import type { EquityFigures } from "../../api/analyticsTypes";
import { money, signedPercent } from "../../lib/format";
import { toneOf } from "../../lib/pnl";
import { Empty } from "../../ui/states";
import { ChartFrame } from "./ChartFrame";
import { equityDots, minuteOf, underwaterDots, valueAt } from "./curves";

interface EquityCurveProps {
  points: EquityFigures[];
  currency: string;
  /** Where it began; left out, the first point. */
  base?: number | undefined;
  /** Whether the drawdown is drawn below it. */
  underwater?: boolean;
  /** How a value is written; left out, as money. */
  format?: (value: number) => string;
  testId?: string;
}

/** Equity above and below where it began, with the drawdown below on the same times. */
export function EquityCurve({ points, currency, base, underwater = true, format, testId = "equity-chart" }: EquityCurveProps) {
  const drawing = useMemo(() => {
    const dots = equityDots(points);
    return {
      lines: [dots],
      base: base ?? dots[0]?.value ?? null,
      underwater: underwater ? underwaterDots(points) : [],
      format: format ?? ((value: number) => money(value, currency)),
    };
  }, [points, currency, base, underwater, format]);
  const dots = drawing.lines[0] ?? [];
  const [first, last] = [dots[0], dots.at(-1)];
  if (first === undefined || last === undefined) return <Empty title="No equity yet">The curve begins with the first trade.</Empty>;
  const start = drawing.base ?? first.value;
  const deepest = Math.min(0, ...drawing.underwater.map((dot) => dot.value));
  const label = `Equity from ${drawing.format(start)} to ${drawing.format(last.value)}${
    underwater ? `, at most ${Math.abs(deepest).toFixed(2)}% below a peak` : ""
  }`;
  return (
    <ChartFrame
      drawing={drawing}
      label={label}
      testId={testId}
      className={underwater ? "tall" : ""}
      legend={(time) => {
        const value = time === null ? last.value : (valueAt(dots, time) ?? start);
        const depth = drawing.underwater.length ? valueAt(drawing.underwater, time ?? last.time) : null;
        const change = start > 0 ? (value / start - 1) * 100 : null;
        return (
          <>
            <b>{drawing.format(value)}</b>
            {change !== null && <span className={toneOf(change)}>{signedPercent(change)}</span>}
            {depth !== null && <span className="muted">drawdown {Math.abs(depth).toFixed(2)}%</span>}
            <span className="muted">{minuteOf(time ?? last.time)}</span>
          </>
        );
      }}
    />
  );
}
