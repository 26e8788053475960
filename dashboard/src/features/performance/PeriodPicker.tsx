import { useId } from "react";

import { PERIOD_NAMES, PERIODS, rangeOf, rangeProblem, type Scope } from "./scope";
import { Segments } from "./Segments";

const OPTIONS = PERIODS.map((value) => ({ value, label: PERIOD_NAMES[value] }));

interface PeriodPickerProps {
  scope: Scope;
  now: number;
  change: (part: Partial<Scope>) => void;
}

/** The last days, this year, everything, or from one day to another. */
export function PeriodPicker({ scope, now, change }: PeriodPickerProps) {
  const id = useId();
  const problem = rangeProblem(scope);
  const choose = (period: Scope["period"]) => {
    // A range of one's own begins as the one that was looked at.
    change(period === "custom" && scope.period !== "custom" ? { period, ...rangeOf(scope, now) } : { period });
  };
  return (
    <>
      <Segments label="Period" options={OPTIONS} value={scope.period} choose={choose} testId="period" />
      {scope.period === "custom" && (
        <div className="dates" role="group" aria-label="Days, UTC">
          {(["start", "end"] as const).map((name) => (
            <label key={name}>
              {name === "start" ? "From" : "To"}
              <input
                type="date"
                value={scope[name]}
                aria-invalid={problem !== null}
                aria-describedby={problem === null ? undefined : id}
                data-testid={`period-${name}`}
                onChange={(event) => change({ [name]: event.target.value })}
              />
            </label>
          ))}
          {problem !== null && (
            <span id={id} className="down" role="alert">
              {problem}
            </span>
          )}
        </div>
      )}
    </>
  );
}
