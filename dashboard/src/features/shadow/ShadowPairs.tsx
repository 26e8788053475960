import type { ShadowPair } from "../../api/shadowTypes";
import { Link } from "../../app/router";
import { money, signedPercent } from "../../lib/format";
import { toneOf } from "../../lib/pnl";
import { moment } from "../../lib/time";
import { DirectionBadge } from "../../ui/badges";

/** The latest pairs of a live trade and its paper twin's. */
export function ShadowPairs({ pairs, currency }: { pairs: ShadowPair[]; currency: string }) {
  return (
    <div className="table-box">
      <table className="table cards" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">
              Trade
            </th>
            {["Entry slippage", "Exit slippage", "Live less paper"].map((name) => (
              <th key={name} role="columnheader" scope="col" className="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {pairs.map((pair) => (
            <tr key={pair.decision} role="row" data-testid="shadow-pair">
              <th role="rowheader" scope="row" className="cell-title">
                <Link to={`/trades/${pair.live.trade}`} className="link">
                  {pair.symbol}
                </Link>
                <DirectionBadge direction={pair.direction} />
                <small className="muted shadow-beside">
                  {moment(pair.live.opened_at ?? pair.shadow.opened_at)} ·{" "}
                  <Link to={`/trades/${pair.shadow.trade}`}>paper</Link>
                </small>
              </th>
              <td role="cell" data-label="Entry slippage" className="number">
                {signedPercent(pair.entry_slippage_percent, 3)}
                {pair.entry_delay_seconds !== null && <small>{pair.entry_delay_seconds.toFixed(1)} s later</small>}
              </td>
              <td role="cell" data-label="Exit slippage" className="number">
                {signedPercent(pair.exit_slippage_percent, 3)}
              </td>
              <td role="cell" data-label="Live less paper" className={`number ${toneOf(pair.pnl_difference)}`}>
                {money(pair.pnl_difference === null ? null : Number(pair.pnl_difference), currency, true)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
