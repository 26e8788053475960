import type { Trade } from "../../api/types";
import { Link } from "../../app/router";
import { price, quantity, signedPercent } from "../../lib/format";
import { marketKey, toneOf } from "../../lib/pnl";
import { duration, moment } from "../../lib/time";
import { useDash } from "../../state/context";
import { isOpen } from "../../state/trades";
import { CodeBadge, DirectionBadge } from "../../ui/badges";
import { ContractFacts } from "../positions/ContractFacts";

interface Column {
  name: string;
  number?: boolean;
  /** Left out where there is little room. */
  full?: boolean;
}

const COLUMNS: Column[] = [
  { name: "Symbol" },
  { name: "Closed" },
  { name: "Size", number: true, full: true },
  { name: "Entry", number: true },
  { name: "Exit", number: true },
  { name: "P&L", number: true },
  { name: "Fees", number: true },
  { name: "Duration", number: true },
  { name: "Exit reason" },
  { name: "Strategy", full: true },
];

function Row({ trade, compact }: { trade: Trade; compact: boolean }) {
  const key = marketKey(trade);
  const tick = useDash((state) => state.symbols.find((item) => marketKey(item) === key)?.tick_size);
  const currency = useDash((state) => state.account?.currency ?? "USD");
  const closed = trade.status === "CLOSED";
  return (
    <tr role="row" data-testid="history-row" data-trade-id={trade.id} data-status={trade.status}>
      <th role="rowheader" scope="row" className="cell-title">
        <Link to={`/trades/${trade.id}`} className="link" testId="trade-link">
          {trade.symbol}
        </Link>
        <DirectionBadge direction={trade.direction} />
        {trade.contract && <ContractFacts contract={trade.contract} currency={currency} />}
      </th>
      <td role="cell" data-label={closed ? "Closed" : "Opened"}>
        <time dateTime={trade.closed_at ?? trade.opened_at ?? undefined} title={`Opened ${moment(trade.opened_at)}`}>
          {moment(trade.closed_at ?? trade.opened_at)}
        </time>
      </td>
      {!compact && (
        <td role="cell" data-label="Size" className="number">
          {quantity(trade.quantity)}
        </td>
      )}
      <td role="cell" data-label="Entry" className="number">
        {price(trade.entry_price, tick)}
      </td>
      <td role="cell" data-label="Exit" className="number">
        {price(trade.exit_price, tick)}
      </td>
      <td role="cell" data-label="P&amp;L" className={`number ${closed ? toneOf(trade.realized_pnl) : "muted"}`}>
        {closed ? (
          <>
            <b>{trade.realized_pnl_formatted}</b>
            <small>{signedPercent(trade.pnl_percent)}</small>
          </>
        ) : (
          "–"
        )}
      </td>
      <td role="cell" data-label="Fees" className="number">
        {trade.fees_formatted}
      </td>
      <td role="cell" data-label="Duration" className="number">
        {duration(trade.duration_seconds)}
      </td>
      <td role="cell" data-label="Exit reason">
        <CodeBadge code={isOpen(trade) || !closed ? trade.status : trade.exit_reason} />
      </td>
      {!compact && (
        <td role="cell" data-label="Strategy" className="muted clip cell-strategy">
          {trade.strategy || trade.session_name || "–"}
        </td>
      )}
    </tr>
  );
}

export function HistoryTable({ trades, compact = false }: { trades: Trade[]; compact?: boolean }) {
  return (
    <div className="table-box">
      <table className="table cards" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {COLUMNS.filter((column) => !(compact && column.full)).map((column) => (
              <th key={column.name} role="columnheader" scope="col" className={column.number ? "number" : undefined}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {trades.map((trade) => (
            <Row key={trade.id} trade={trade} compact={compact} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
