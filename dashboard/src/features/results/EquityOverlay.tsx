import { useMemo } from "react";

import { signedPercent } from "../../lib/format";
import { toneOf } from "../../lib/pnl";
import { Empty } from "../../ui/states";
import { ChartFrame } from "./ChartFrame";
import { type Curve, valueAt } from "./curves";

const percent = (value: number) => signedPercent(value);

interface EquityOverlayProps {
  /** Up to five, in percent of where each began. The same list for as long as nothing changes. */
  curves: Curve[];
  testId?: string;
}

/** Several equity curves over each other, in percent. */
export function EquityOverlay({ curves, testId = "equity-overlay" }: EquityOverlayProps) {
  const drawing = useMemo(() => ({ lines: curves.map((curve) => curve.dots), base: 0, underwater: [], format: percent }), [curves]);
  if (curves.every((curve) => curve.dots.length === 0)) return <Empty title="No equity to compare" />;
  const ends = curves.map(({ name, dots }) => `${name} ${signedPercent(dots.at(-1)?.value ?? null)}`);
  return (
    <ChartFrame
      drawing={drawing}
      label={`Equity in percent of where each began: ${ends.join(", ")}`}
      testId={testId}
      className="tall"
      legend={(time) =>
        curves.map(({ name, dots }, index) => {
          const value = time === null ? (dots.at(-1)?.value ?? null) : valueAt(dots, time);
          return (
            <span key={index} className="curve-key">
              <i className={`series-${(index % 5) + 1}`} />
              <span className="clip">{name}</span> <span className={toneOf(value)}>{signedPercent(value)}</span>
            </span>
          );
        })
      }
    />
  );
}
