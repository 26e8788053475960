import type { Bar } from "../../api/types";
import { price, signedPercent } from "../../lib/format";
import { toneOf } from "../../lib/pnl";

/** Open, high, low and close of one candle, over the chart. */
export function Legend({ bar, tick }: { bar: Bar; tick: number | undefined }) {
  const change = bar.open ? (bar.close / bar.open - 1) * 100 : 0;
  return (
    <div className="legend" aria-hidden="true">
      {(["open", "high", "low", "close"] as const).map((name) => (
        <span key={name}>
          <i>{name.charAt(0).toUpperCase()}</i> {price(bar[name], tick)}
        </span>
      ))}
      <span className={toneOf(change)}>{signedPercent(change)}</span>
    </div>
  );
}
