import { useEffect, useState } from "react";

import { api } from "../api/client";
import type { Account, Trade } from "../api/types";
import { DirectionTag, tone } from "../parts/Direction";
import { Empty, Panel } from "../parts/Panel";
import { duration, moment, price, words } from "../state/format";

const PAGE = 25;
const REASONS = ["STOP_LOSS", "TAKE_PROFIT", "MANUAL", "RESET", "END_OF_REPLAY"];

interface Filters {
  symbol: string;
  direction: string;
  exit_reason: string;
}

const ALL: Filters = { symbol: "", direction: "", exit_reason: "" };

/** A page of closed trades from the server, asked for again whenever another trade closes. */
function useHistory(account: number, filters: Filters, offset: number, closes: number | undefined) {
  const [page, setPage] = useState<{ count: number; rows: Trade[] } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let stale = false;
    api.trades({ account, status: "CLOSED", limit: PAGE, offset, ...filters }).then(
      (found) => {
        if (stale) return;
        setPage({ count: found.count, rows: found.results });
        setProblem(null);
      },
      (error: Error) => !stale && setProblem(error.message),
    );
    return () => {
      stale = true;
    };
  }, [account, filters, offset, closes]);
  return { page, problem };
}

function Row({ trade }: { trade: Trade }) {
  return (
    <tr data-testid="history-row">
      <td data-label="Symbol"><b>{trade.symbol}</b></td>
      <td data-label="Direction"><DirectionTag direction={trade.direction} /></td>
      <td data-label="Entry" className="number">{price(trade.entry_price)}</td>
      <td data-label="Exit" className="number">{price(trade.exit_price)}</td>
      <td data-label="P&L" className={`number ${tone(Number(trade.realized_pnl))}`}>{trade.realized_pnl_formatted}</td>
      <td data-label="Fees" className="number">{trade.fees_formatted}</td>
      <td data-label="Exit by">{words(trade.exit_reason)}</td>
      <td data-label="Held" className="number">{duration(trade.duration_seconds)}</td>
      <td data-label="Strategy" className="muted">{trade.strategy || "–"}</td>
      <td data-label="Closed"><time>{moment(trade.closed_at)}</time></td>
    </tr>
  );
}

export function History({ account, closed }: { account: Account; closed: Trade[] }) {
  const [filters, setFilters] = useState(ALL);
  const [offset, setOffset] = useState(0);
  const { page, problem } = useHistory(account.id, filters, offset, closed[0]?.id);
  const symbols = [...new Set(closed.map((trade) => trade.symbol))].sort();
  const change = (name: keyof Filters, value: string) => {
    setOffset(0);
    setFilters({ ...filters, [name]: value });
  };
  const aside = (
    <div className="filters">
      <select aria-label="Symbol" value={filters.symbol} onChange={(event) => change("symbol", event.target.value)}>
        <option value="">all symbols</option>
        {symbols.map((symbol) => <option key={symbol}>{symbol}</option>)}
      </select>
      <select aria-label="Direction" value={filters.direction} onChange={(event) => change("direction", event.target.value)}>
        <option value="">both directions</option>
        <option value="LONG">long</option>
        <option value="SHORT">short</option>
      </select>
      <select aria-label="Exit reason" value={filters.exit_reason} onChange={(event) => change("exit_reason", event.target.value)}>
        <option value="">all exits</option>
        {REASONS.map((reason) => <option key={reason} value={reason}>{words(reason)}</option>)}
      </select>
    </div>
  );
  return (
    <Panel title="Trade history" testId="trade-history" aside={aside}>
      {problem && <p role="alert" className="down">{problem}</p>}
      {page !== null && page.rows.length === 0 && <Empty>No closed trade{filters === ALL ? " yet" : " matches"}.</Empty>}
      {page !== null && page.rows.length > 0 && (
        <>
          <table>
            <thead>
              <tr>
                <th>Symbol</th><th>Direction</th><th className="number">Entry</th><th className="number">Exit</th>
                <th className="number">P&amp;L</th><th className="number">Fees</th><th>Exit by</th>
                <th className="number">Held</th><th>Strategy</th><th>Closed</th>
              </tr>
            </thead>
            <tbody>{page.rows.map((trade) => <Row key={trade.id} trade={trade} />)}</tbody>
          </table>
          <div className="pager">
            <button type="button" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE))}>Newer</button>
            <span className="muted">{offset + 1}–{offset + page.rows.length} of {page.count}</span>
            <button type="button" disabled={offset + PAGE >= page.count} onClick={() => setOffset(offset + PAGE)}>Older</button>
          </div>
        </>
      )}
    </Panel>
  );
}
