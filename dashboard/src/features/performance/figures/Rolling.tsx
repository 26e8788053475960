import { useMemo, useState } from "react";

import type { RollingFigures } from "../../../api/analyticsTypes";
import { Panel } from "../../../ui/Panel";
import { Empty } from "../../../ui/states";
import type { Dot } from "../../equity/points";
import { ChartFrame } from "../../results/ChartFrame";
import { minuteOf, valueAt } from "../../results/curves";
import { Segments } from "../Segments";

type Of = Exclude<keyof RollingFigures, "time">;

/** `line`: what parts good from bad. */
const FIGURES: { value: Of; label: string; line: number; percent: boolean }[] = [
  { value: "sharpe", label: "Sharpe", line: 0, percent: false },
  { value: "win_rate_percent", label: "Win rate", line: 50, percent: true },
  { value: "profit_factor", label: "Profit factor", line: 1, percent: false },
  { value: "volatility_percent", label: "Volatility", line: 0, percent: true },
];

export function rollingDots(rows: RollingFigures[], of: Of): Dot[] {
  return rows.flatMap((row) => {
    const value = row[of];
    const time = Math.floor(Date.parse(row.time) / 1000);
    return value === null || !Number.isFinite(time) ? [] : [{ time, value }];
  });
}

/** Figures of the 30 days before each day. */
export function Rolling({ rows }: { rows: RollingFigures[] }) {
  const [of, setOf] = useState<Of>("sharpe");
  const { label, line, percent } = FIGURES.find((item) => item.value === of) ?? { label: "", line: 0, percent: false };
  const drawing = useMemo(() => {
    const format = (value: number) => `${value.toFixed(2)}${percent ? "%" : ""}`;
    return { lines: [rollingDots(rows, of)], base: line, underwater: [], format };
  }, [rows, of, line, percent]);
  const dots = drawing.lines[0] ?? [];
  const last = dots.at(-1);
  return (
    <Panel title="Rolling 30 days" testId="rolling" aside={<Segments label="Figure" options={FIGURES} value={of} choose={setOf} testId="rolling" />}>
      {last === undefined ? (
        <Empty title="Not 30 days yet">The line begins when the record is 30 days long.</Empty>
      ) : (
        <ChartFrame
          drawing={drawing}
          testId="rolling-chart"
          label={`${label} of the 30 days before each day, at the end ${drawing.format(last.value)}`}
          legend={(time) => (
            <>
              <b>
                {label} {drawing.format(valueAt(dots, time ?? last.time) ?? last.value)}
              </b>
              <span className="muted">{minuteOf(time ?? last.time).slice(0, 10)}</span>
            </>
          )}
        />
      )}
    </Panel>
  );
}
