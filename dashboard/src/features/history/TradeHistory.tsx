import { useState } from "react";

import { words } from "../../lib/format";
import { useDash } from "../../state/context";
import { useTrades } from "../../state/useTrades";
import { Pager } from "../../ui/Pager";
import { Panel } from "../../ui/Panel";
import { Select } from "../../ui/Select";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import { HistoryTable } from "./HistoryTable";

const LENGTH = 25;
const coded = (codes: string[]) => codes.map((value) => ({ value, label: words(value) }));
const DIRECTIONS = coded(["LONG", "SHORT"]);
const STATUSES = coded(["CLOSED", "OPEN", "PENDING", "CLOSING", "FAILED", "CANCELLED"]);
const REASONS = coded([
  "STOP_LOSS",
  "TAKE_PROFIT",
  "TRAILING_STOP",
  "BREAK_EVEN",
  "TIME",
  "MANUAL",
  "EXPIRED",
  "EXTERNAL",
  "STOP_OUT",
  "KILL_SWITCH",
  "EMERGENCY",
  "LATE_FILL",
  "RESET",
  "SHADOW",
  "END_OF_REPLAY",
]);
const ANY = { symbol: "", direction: "", status: "", exit_reason: "" };

/** Every trade of the account, filtered by the server, a page at a time. */
export function TradeHistory() {
  const account = useDash((state) => state.account?.id ?? 0);
  const symbols = useDash((state) => state.symbols);
  const [filters, setFilters] = useState({ ...ANY, status: "CLOSED" });
  const [offset, setOffset] = useState(0);
  const { page, problem, retry } = useTrades({ account, ...filters }, offset, LENGTH);
  const set = (name: keyof typeof filters) => (value: string) => {
    setFilters({ ...filters, [name]: value });
    setOffset(0);
  };
  const names = new Set([...symbols.map((item) => item.symbol), ...(page?.trades ?? []).map((trade) => trade.symbol)]);
  if (filters.symbol) names.add(filters.symbol);
  const options = [...names].sort().map((value) => ({ value, label: value }));
  const filtered = Object.values(filters).some(Boolean);

  return (
    <Panel
      title="Trade history"
      count={page?.count}
      testId="trade-history"
      aside={
        <div className="filters">
          <Select label="Symbol" all="All symbols" value={filters.symbol} options={options} choose={set("symbol")} testId="filter-symbol" />
          <Select label="Direction" all="Both directions" value={filters.direction} options={DIRECTIONS} choose={set("direction")} testId="filter-direction" />
          <Select label="Status" all="Any status" value={filters.status} options={STATUSES} choose={set("status")} testId="filter-status" />
          <Select label="Exit reason" all="Any exit" value={filters.exit_reason} options={REASONS} choose={set("exit_reason")} testId="filter-exit-reason" />
        </div>
      }
    >
      {problem !== null ? (
        <ErrorState title="The trades cannot be loaded" message={problem} retry={retry} />
      ) : page === null ? (
        <Skeleton lines={8} />
      ) : page.trades.length === 0 ? (
        <Empty title={filtered ? "No trade matches" : "No trade yet"}>
          {filtered && (
            <button type="button" className="link" onClick={() => setFilters(ANY)}>
              Clear the filters
            </button>
          )}
        </Empty>
      ) : (
        <HistoryTable trades={page.trades} />
      )}
      {page !== null && <Pager count={page.count} offset={offset} length={LENGTH} go={setOffset} />}
    </Panel>
  );
}
