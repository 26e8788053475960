import { useCallback, useState } from "react";

import { backtests } from "../../api/backtests";
import type { BacktestRow } from "../../api/backtestTypes";
import { Link } from "../../app/router";
import { words } from "../../lib/format";
import { moment } from "../../lib/time";
import { Pager } from "../../ui/Pager";
import { Panel } from "../../ui/Panel";
import { Select } from "../../ui/Select";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import type { Page } from "../../api/types";
import { figureOf, inWords, specOf, toneOfFigure } from "../results/figureWords";
import { Progress } from "./Progress";
import { StatusBadge } from "./StatusBadge";
import { usePolled } from "./usePolled";
import { currencyOf, isActive, kindWord, sourceSaid, titleOf } from "./words";

const LENGTH = 25;
/** So many can be told apart in one chart. */
export const MOST_COMPARED = 5;
const KINDS = (["RUN", "SWEEP", "WALK_FORWARD"] as const).map((value) => ({ value, label: kindWord(value) }));
const STATUSES = ["QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED"].map((value) => ({ value, label: words(value) }));
const SHOWN = ["core.total_pnl", "core.roi_percent", "risk.sharpe", "risk.max_drawdown_percent", "core.trades"];

const someMove = (page: Page<BacktestRow>) => page.results.some((row) => isActive(row.status));

interface RowProps {
  row: BacktestRow;
  chosen: boolean;
  full: boolean;
  choose: (id: number) => void;
}

function Row({ row, chosen, full, choose }: RowProps) {
  const title = titleOf(row);
  const currency = currencyOf(row.config);
  return (
    <tr role="row" data-testid="backtest-row" data-backtest={row.id} data-status={row.status}>
      <td role="cell" className="cell-pick">
        <input
          type="checkbox"
          aria-label={`Compare ${title}`}
          checked={chosen}
          disabled={row.status !== "DONE" || (full && !chosen)}
          data-testid="backtest-pick"
          onChange={() => choose(row.id)}
        />
      </td>
      <th role="rowheader" scope="row" className="cell-title cell-backtest">
        <Link to={`/backtests/${row.id}`} className="link" testId="backtest-link">
          {title}
        </Link>
        <small className="muted">{sourceSaid(row.data)}</small>
      </th>
      <td role="cell" data-label="Kind">
        {kindWord(row.kind)}
      </td>
      <td role="cell" data-label="Status">
        <StatusBadge status={row.status} />
        {isActive(row.status) && <Progress backtest={row} />}
      </td>
      {SHOWN.map((name) => {
        const value = figureOf(row.figures, name);
        return (
          <td key={name} role="cell" data-label={specOf(name).label} className={`number ${toneOfFigure(name, value) ?? ""}`}>
            {inWords(name, value, currency)}
          </td>
        );
      })}
      <td role="cell" data-label="Made">
        <time dateTime={row.created_at}>{moment(row.created_at)}</time>
      </td>
    </tr>
  );
}

function Table({ rows, chosen, choose }: { rows: BacktestRow[]; chosen: number[]; choose: (id: number) => void }) {
  return (
    <div className="table-box">
      <table className="table cards backtest-table" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">
              <span className="visually-hidden">Compare</span>
            </th>
            {["Backtest", "Kind", "Status"].map((name) => (
              <th key={name} role="columnheader" scope="col">
                {name}
              </th>
            ))}
            {SHOWN.map((name) => (
              <th key={name} role="columnheader" scope="col" className="number" title={specOf(name).help}>
                {specOf(name).label}
              </th>
            ))}
            <th role="columnheader" scope="col">
              Made
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <Row key={row.id} row={row} chosen={chosen.includes(row.id)} full={chosen.length >= MOST_COMPARED} choose={choose} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Compare({ chosen, clear }: { chosen: number[]; clear: () => void }) {
  return (
    <div className="compare-bar" data-testid="compare-bar">
      <span>
        {chosen.length} chosen <span className="muted">of 2 to {MOST_COMPARED}</span>
      </span>
      {chosen.length > 1 ? (
        <Link to={`/backtests/compare?ids=${chosen.join(",")}`} className="button small primary" testId="compare-open">
          Compare
        </Link>
      ) : (
        <span className="muted">Choose one more to compare.</span>
      )}
      <button type="button" className="button small ghost" onClick={clear}>
        Clear
      </button>
    </div>
  );
}

/** Every backtest that was asked for, the latest first; those on their way are followed. */
export function BacktestList() {
  const [filters, setFilters] = useState({ kind: "", status: "" });
  const [offset, setOffset] = useState(0);
  const [chosen, setChosen] = useState<number[]>([]);
  const get = useCallback(() => backtests.list({ ...filters, limit: LENGTH, offset }), [filters, offset]);
  const { data, problem, reload } = usePolled(get, someMove);
  const set = (name: keyof typeof filters) => (value: string) => {
    setFilters({ ...filters, [name]: value });
    setOffset(0);
  };
  const choose = (id: number) => setChosen((now) => (now.includes(id) ? now.filter((item) => item !== id) : [...now, id]));
  const filtered = filters.kind !== "" || filters.status !== "";
  return (
    <Panel
      title="Runs and searches"
      count={data?.count}
      testId="backtests"
      aside={
        <div className="filters">
          <Select label="Kind" all="Any kind" value={filters.kind} options={KINDS} choose={set("kind")} testId="filter-kind" />
          <Select label="Status" all="Any status" value={filters.status} options={STATUSES} choose={set("status")} testId="filter-status" />
        </div>
      }
    >
      {data === null ? (
        problem !== null ? (
          <ErrorState title="The backtests cannot be loaded" message={problem} retry={reload} />
        ) : (
          <Skeleton lines={8} />
        )
      ) : data.results.length === 0 ? (
        <Empty title={filtered ? "No backtest matches" : "No backtest yet"}>
          {filtered ? (
            <button type="button" className="link" onClick={() => setFilters({ kind: "", status: "" })}>
              Clear the filters
            </button>
          ) : (
            <>
              See what a strategy would have made of the past. <Link to="/backtests/new">Run the first</Link>
            </>
          )}
        </Empty>
      ) : (
        <Table rows={data.results} chosen={chosen} choose={choose} />
      )}
      {chosen.length > 0 && <Compare chosen={chosen} clear={() => setChosen([])} />}
      {data !== null && <Pager count={data.count} offset={offset} length={LENGTH} go={setOffset} />}
    </Panel>
  );
}
