import { useState } from "react";

import type { Figures, GroupFigures } from "../../../api/analyticsTypes";
import { money, words } from "../../../lib/format";
import { toneOf } from "../../../lib/pnl";
import { Panel } from "../../../ui/Panel";
import { Empty } from "../../../ui/states";
import type { Scope, TradeFilter } from "../scope";
import { Segments } from "../Segments";
import { type Kind, KINDS, type Measure, MEASURES, sorted } from "./groups";

const CODES: Kind[] = ["by_source", "by_direction", "by_exit_reason"];
const FIRST = 12;

interface BreakdownProps {
  figures: Figures;
  currency: string;
  scope: Scope;
  change: (part: Partial<Scope>) => void;
}

function Bar({ value, most }: { value: number; most: number }) {
  return (
    <span className="group-bar" aria-hidden="true">
      <i className={toneOf(value)} style={{ width: `${most > 0 ? (Math.abs(value) / most) * 100 : 0}%` }} />
    </span>
  );
}

interface RowProps {
  group: GroupFigures;
  name: string;
  currency: string;
  most: number;
  narrow: (() => void) | null;
}

function GroupRow({ group, name, currency, most, narrow }: RowProps) {
  const { trades, wins, win_rate_percent: rate, profit_factor: factor, average_trade: average, fees, pnl } = group;
  return (
    <tr role="row" data-testid="group-row" data-key={group.key}>
      <th role="rowheader" scope="row" className="cell-title">
        {narrow ? (
          <button type="button" className="link" title={`Only ${name}`} onClick={narrow}>
            {name}
          </button>
        ) : (
          name
        )}
      </th>
      <td role="cell" data-label="Trades" className="number">
        {trades.toLocaleString("en-US")}
      </td>
      <td role="cell" data-label="Win rate" className="number" title={`${wins} of ${trades}`}>
        {rate === null ? "–" : `${rate.toFixed(1)}%`}
      </td>
      <td role="cell" data-label="Profit factor" className="number">
        {factor === null ? "–" : factor.toFixed(2)}
      </td>
      <td role="cell" data-label="Average" className={`number ${toneOf(average)}`}>
        {money(average, currency, true)}
      </td>
      <td role="cell" data-label="Fees" className="number">
        {money(fees, currency)}
      </td>
      <td role="cell" data-label="P&L" className={`number group-pnl ${toneOf(pnl)}`}>
        {money(pnl, currency, true)}
        <Bar value={pnl} most={most} />
      </td>
    </tr>
  );
}

/** The trades in groups: each group can be sorted by any figure, and most lead to the figures of their own trades. */
export function Breakdown({ figures, currency, scope, change }: BreakdownProps) {
  const [kind, setKind] = useState<Kind>("by_symbol");
  const [order, setOrder] = useState<{ by: Measure; falling: boolean }>({ by: "pnl", falling: true });
  const [all, setAll] = useState(false);
  const groups = sorted(figures[kind], order.by, order.falling);
  const most = Math.max(0, ...groups.map((group) => Math.abs(group.pnl)));
  const filter: TradeFilter | null = KINDS.find((item) => item.value === kind)?.filter ?? null;
  const nameOf = (key: string) => (key === "" ? "None" : CODES.includes(kind) ? words(key) : key);
  const shown = all ? groups : groups.slice(0, FIRST);
  return (
    <Panel
      title="Breakdown"
      count={groups.length}
      testId="breakdown"
      aside={<Segments label="Trades by" options={KINDS.map(({ value, label }) => ({ value, label }))} value={kind} choose={setKind} testId="group" />}
    >
      {groups.length === 0 ? (
        <Empty title={kind === "by_tag" ? "No trade has a tag" : "Nothing to tell apart"}>
          {kind === "by_tag" && "Tags are given to a trade in its journal."}
        </Empty>
      ) : (
        <div className="table-box">
          <table className="table cards groups" role="table">
            <thead role="rowgroup">
              <tr role="row">
                <th role="columnheader" scope="col">
                  {KINDS.find((item) => item.value === kind)?.label}
                </th>
                {MEASURES.map(({ name, label }) => {
                  const active = order.by === name;
                  return (
                    <th key={name} role="columnheader" scope="col" className="number" aria-sort={active ? (order.falling ? "descending" : "ascending") : "none"}>
                      <button type="button" className="sort" data-testid={`sort-${name}`} onClick={() => setOrder({ by: name, falling: active ? !order.falling : true })}>
                        {label}
                        <i aria-hidden="true">{active ? (order.falling ? " ↓" : " ↑") : ""}</i>
                      </button>
                    </th>
                  );
                })}
              </tr>
            </thead>
            <tbody role="rowgroup">
              {shown.map((group) => (
                <GroupRow
                  key={group.key}
                  group={group}
                  name={nameOf(group.key)}
                  currency={currency}
                  most={most}
                  narrow={filter !== null && group.key !== "" && scope[filter] !== group.key ? () => change({ [filter]: group.key }) : null}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {groups.length > FIRST && (
        <div className="panel-foot">
          <button type="button" className="button small ghost" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? "Show fewer" : `Show ${groups.length - FIRST} more`}
          </button>
        </div>
      )}
    </Panel>
  );
}
