import type { Trade } from "../../api/types";
import { price, signedPercent } from "../../lib/format";
import { distancePercent, wayToTarget } from "../../lib/pnl";

/** Where the price stands between the stop and the target, with the entry marked. */
export function LevelBar({ trade, mark, tick }: { trade: Trade; mark: number | null; tick: number | undefined }) {
  const now = wayToTarget(trade, mark);
  const entry = wayToTarget(trade, trade.entry_price === null ? null : Number(trade.entry_price));
  const toStop = distancePercent(trade.stop_loss, mark);
  const toTarget = distancePercent(trade.take_profit, mark);
  const label = (value: number | null) => (value === null ? "" : `${signedPercent(value).replace("+", "")} away`);
  return (
    <div className="levels">
      <div className="level-ends">
        <span className="down" title={`Stop loss ${trade.stop_loss ?? ""} ${label(toStop)}`}>
          {price(trade.stop_loss, tick)}
        </span>
        <span className="up" title={`Take profit ${trade.take_profit ?? ""} ${label(toTarget)}`}>
          {price(trade.take_profit, tick)}
        </span>
      </div>
      {now !== null && (
        <div
          className="level-track"
          role="meter"
          aria-label="From stop to target"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(now * 100)}
          aria-valuetext={`Stop ${label(toStop)}, target ${label(toTarget)}`}
        >
          {entry !== null && <span className="level-entry" style={{ left: `${entry * 100}%` }} />}
          {entry !== null && (
            <span
              className={`level-fill ${now >= entry ? "up" : "down"}`}
              style={{ left: `${Math.min(now, entry) * 100}%`, width: `${Math.abs(now - entry) * 100}%` }}
            />
          )}
          <span className="level-now" style={{ left: `${now * 100}%` }} />
        </div>
      )}
    </div>
  );
}
