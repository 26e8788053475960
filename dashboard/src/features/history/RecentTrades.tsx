import { useMemo } from "react";

import type { Trade } from "../../api/types";
import { Link } from "../../app/router";
import { useDash } from "../../state/context";
import { useTrades } from "../../state/useTrades";
import { Panel } from "../../ui/Panel";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import { HistoryTable } from "./HistoryTable";

/** Trades are listed by when they opened; among this many are the last that closed. */
const LOOKED_AT = 50;

const closing = (trade: Trade) => Date.parse(trade.closed_at ?? "") || 0;

/** The last trades that ended. */
export function RecentTrades({ length }: { length: number }) {
  const account = useDash((state) => state.account?.id ?? 0);
  const { page, problem, retry } = useTrades({ account, status: "CLOSED" }, 0, LOOKED_AT);
  const newest = useMemo(
    () => [...(page?.trades ?? [])].sort((a, b) => closing(b) - closing(a)).slice(0, length),
    [page, length],
  );
  return (
    <Panel
      title="Recent trades"
      count={page?.count}
      testId="trade-history"
      className="area-history"
      aside={<Link to="/trades">All trades</Link>}
    >
      {problem !== null ? (
        <ErrorState title="The trades cannot be loaded" message={problem} retry={retry} />
      ) : page === null ? (
        <Skeleton lines={6} />
      ) : page.trades.length === 0 ? (
        <Empty title="No trade has closed yet">Closed trades appear here with what they made and why they ended.</Empty>
      ) : (
        <HistoryTable trades={newest} compact />
      )}
    </Panel>
  );
}
