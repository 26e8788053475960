import type { PublicTrade } from "../../api/performanceTypes";
import { price, quantity } from "../../lib/format";
import { toneOf } from "../../lib/pnl";
import { CodeBadge, DirectionBadge } from "../../ui/badges";
import { Panel } from "../../ui/Panel";
import { minuteOf } from "../performance/days";

const HEADS = ["Entry", "Exit", "Fees", "P&L"];

/** The latest trades of a record whose amounts are shown. */
export function PublicTrades({ trades }: { trades: PublicTrade[] }) {
  return (
    <Panel title="Latest trades" count={trades.length} testId="public-trades" aside={<span className="muted">UTC</span>}>
      <div className="table-box">
        <table className="table cards" role="table">
          <thead role="rowgroup">
            <tr role="row">
              <th role="columnheader" scope="col">
                Trade
              </th>
              <th role="columnheader" scope="col">
                Closed
              </th>
              {HEADS.map((name) => (
                <th key={name} role="columnheader" scope="col" className="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {trades.map((trade, index) => (
              <tr key={index} role="row" data-testid="public-trade">
                <th role="rowheader" scope="row" className="cell-title">
                  {trade.symbol}
                  <DirectionBadge direction={trade.direction} />
                  <CodeBadge code={trade.exit_reason} />
                </th>
                <td role="cell" data-label="Closed">
                  {minuteOf(trade.closed_at)}
                </td>
                <td role="cell" data-label="Entry" className="number">
                  {price(trade.entry_price)}
                  <small className="muted">{quantity(trade.quantity)}</small>
                </td>
                <td role="cell" data-label="Exit" className="number">
                  {price(trade.exit_price)}
                </td>
                <td role="cell" data-label="Fees" className="number">
                  {trade.fees_formatted}
                </td>
                <td role="cell" data-label="P&L" className={`number ${toneOf(trade.realized_pnl)}`}>
                  {trade.realized_pnl_formatted}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
