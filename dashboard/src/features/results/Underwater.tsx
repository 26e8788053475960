import { useMemo } from "react";

import type { EquityFigures } from "../../api/analyticsTypes";
import { Empty } from "../../ui/states";
import { ChartFrame } from "./ChartFrame";
import { minuteOf, underwaterDots, valueAt } from "./curves";

/** How far below its last peak equity stood, alone. */
export function Underwater({ points, testId = "underwater-chart" }: { points: EquityFigures[]; testId?: string }) {
  const drawing = useMemo(
    () => ({ lines: [], base: null, underwater: underwaterDots(points), format: (value: number) => `${value.toFixed(2)}%` }),
    [points],
  );
  const dots = drawing.underwater;
  const last = dots.at(-1);
  if (last === undefined) return <Empty title="No drawdown yet">There is none before the first trade.</Empty>;
  const deepest = Math.min(0, ...dots.map((dot) => dot.value));
  return (
    <ChartFrame
      drawing={drawing}
      testId={testId}
      label={`Drawdown over time, at most ${Math.abs(deepest).toFixed(2)}%, at the end ${Math.abs(last.value).toFixed(2)}%`}
      legend={(time) => (
        <>
          <b>{Math.abs(valueAt(dots, time ?? last.time) ?? 0).toFixed(2)}% below the peak</b>
          <span className="muted">{minuteOf(time ?? last.time)}</span>
        </>
      )}
    />
  );
}
