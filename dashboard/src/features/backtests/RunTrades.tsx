import type { BacktestTrade } from "../../api/backtestTypes";
import { figure, money, price } from "../../lib/format";
import { toneOf } from "../../lib/pnl";
import { duration, moment } from "../../lib/time";
import { CodeBadge, DirectionBadge } from "../../ui/badges";

interface Column {
  name: string;
  number?: boolean;
}

const COLUMNS: Column[] = [
  { name: "Trade" },
  { name: "Opened" },
  { name: "Held", number: true },
  { name: "Size", number: true },
  { name: "Entry", number: true },
  { name: "Exit", number: true },
  { name: "P&L", number: true },
  { name: "R", number: true },
  { name: "Fees", number: true },
  { name: "Exit reason" },
];

interface RowProps {
  trade: BacktestTrade;
  currency: string;
  current: boolean;
  show: (trade: BacktestTrade) => void;
}

function Row({ trade, currency, current, show }: RowProps) {
  const held = (Date.parse(trade.closed_at) - Date.parse(trade.opened_at)) / 1000;
  return (
    <tr role="row" data-testid="run-trade" aria-current={current || undefined}>
      <th role="rowheader" scope="row" className="cell-title">
        <button type="button" className="link" aria-label={`Show trade ${trade.number} on the chart`} data-testid="run-trade-show" onClick={() => show(trade)}>
          {trade.number}. {trade.symbol}
        </button>
        <DirectionBadge direction={trade.direction} />
      </th>
      <td role="cell" data-label="Opened">
        <time dateTime={trade.opened_at}>{moment(trade.opened_at)}</time>
      </td>
      <td role="cell" data-label="Held" className="number">
        {duration(held)}
      </td>
      <td role="cell" data-label="Size" className="number">
        {figure(trade.quantity)}
      </td>
      <td role="cell" data-label="Entry" className="number">
        {price(trade.entry_price)}
      </td>
      <td role="cell" data-label="Exit" className="number">
        {price(trade.exit_price)}
      </td>
      <td role="cell" data-label="P&amp;L" className={`number ${toneOf(trade.pnl)}`}>
        <b>{money(trade.pnl, currency, true)}</b>
      </td>
      <td role="cell" data-label="R" className={`number ${toneOf(trade.r)}`}>
        {trade.r === null ? "–" : trade.r.toFixed(2)}
      </td>
      <td role="cell" data-label="Fees" className="number">
        {money(trade.fees, currency)}
      </td>
      <td role="cell" data-label="Exit reason">
        <CodeBadge code={trade.exit_reason} />
      </td>
    </tr>
  );
}

interface RunTradesProps {
  trades: BacktestTrade[];
  currency: string;
  /** The number of the trade that the chart shows. */
  shown: number | null;
  show: (trade: BacktestTrade) => void;
}

export function RunTrades({ trades, currency, shown, show }: RunTradesProps) {
  return (
    <div className="table-box">
      <table className="table cards" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {COLUMNS.map(({ name, number }) => (
              <th key={name} role="columnheader" scope="col" className={number ? "number" : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {trades.map((trade) => (
            <Row key={trade.number} trade={trade} currency={currency} current={trade.number === shown} show={show} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
