import "../../styles/results.css";

import type { YearReturns } from "../../api/analyticsTypes";
import { signedPercent } from "../../lib/format";
import { toneOf } from "../../lib/pnl";
import { Empty } from "../../ui/states";
import { shaded } from "./shade";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Short enough for a cell: "+4.2", "-12". */
export function cellText(percent: number | null): string {
  if (percent === null) return "";
  const text = signedPercent(percent, Math.abs(percent) < 10 ? 1 : 0);
  return text.slice(0, -1);
}

/** The return of every month, years below each other. */
export function MonthlyHeatmap({ years, testId = "monthly-returns" }: { years: YearReturns[]; testId?: string }) {
  if (years.length === 0) return <Empty title="No month yet">The table begins with the first day that was traded.</Empty>;
  const most = Math.max(0, ...years.flatMap(({ months }) => months.map((value) => Math.abs(value ?? 0))));
  return (
    <div className="table-box" role="group" tabIndex={0} aria-label="Monthly returns">
      <table className="heat-table months" data-testid={testId}>
        <caption className="visually-hidden">Return of each month, percent</caption>
        <thead>
          <tr>
            <th scope="col">Year</th>
            {MONTHS.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">Year %</th>
          </tr>
        </thead>
        <tbody>
          {years.map(({ year, months, total_percent }) => (
            <tr key={year}>
              <th scope="row">{year}</th>
              {MONTHS.map((name, index) => {
                const value = months[index] ?? null;
                return (
                  <td key={name} style={shaded(value, most)} title={value === null ? undefined : `${name} ${year}: ${signedPercent(value)}`}>
                    {cellText(value)}
                  </td>
                );
              })}
              <td className={`heat-total ${toneOf(total_percent)}`}>{cellText(total_percent)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
