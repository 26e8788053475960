import type { Backtest, GapReport } from "../../api/backtestTypes";

const count = (value: number, one: string, many: string) => `${value.toLocaleString("en-US")} ${value === 1 ? one : many}`;
const minute = (iso: string) => iso.slice(0, 16).replace("T", " ");

function faultsOf({ missing, gaps, longest, late, early }: GapReport): string[] {
  return [
    ...(missing > 0 ? [`${count(missing, "candle is", "candles are")} missing in ${count(gaps, "gap", "gaps")}`] : []),
    ...(longest !== null && missing > 0 ? [`the longest of ${count(longest.missing, "candle", "candles")} at ${minute(longest.start)} UTC`] : []),
    ...(late > 0 ? [`it begins ${count(late, "candle", "candles")} late`] : []),
    ...(early > 0 ? [`it ends ${count(early, "candle", "candles")} early`] : []),
  ];
}

/** What was missing in the candles that it ran over; nothing where nothing was. */
export function DataGaps({ backtest: { gaps = [] } }: { backtest: Backtest }) {
  const faulty = gaps.map((report) => ({ symbol: report.symbol, faults: faultsOf(report) })).filter(({ faults }) => faults.length > 0);
  if (faulty.length === 0) return null;
  return (
    <div className="note gaps-note" data-testid="data-gaps">
      <b>The data has holes.</b> Nothing was traded in them.
      <ul>
        {faulty.map(({ symbol, faults }) => (
          <li key={symbol}>
            {symbol}: {faults.join(", ")}.
          </li>
        ))}
      </ul>
    </div>
  );
}
