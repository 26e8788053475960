import { useState } from "react";

import type { Figures, GroupFigures } from "../../api/analyticsTypes";
import { money, words } from "../../lib/format";
import { Panel } from "../../ui/Panel";
import { duration } from "../../lib/time";
import { BarList } from "../results/BarList";
import { Histogram } from "../results/Histogram";

const VIEWS = {
  exit: "Exit reason",
  symbol: "Symbol",
  direction: "Direction",
  strategy: "Strategy",
  pnl: "Result",
  holding: "Holding time",
} as const;
type View = keyof typeof VIEWS;

function Groups({ groups, label, currency }: { groups: GroupFigures[]; label: string; currency: string }) {
  const items = groups.map(({ key, pnl, trades, win_rate_percent }) => ({
    key,
    label: /^[A-Z_]+$/.test(key) && key.includes("_") ? words(key) : key,
    value: pnl,
    text: money(pnl, currency, true),
    note: `${trades.toLocaleString("en-US")} ${trades === 1 ? "trade" : "trades"}${win_rate_percent === null ? "" : `, ${win_rate_percent.toFixed(0)}% won`}`,
  }));
  return <BarList items={items} label={`Net profit by ${label.toLowerCase()}`} empty="No trade yet" />;
}

function Shown({ view, figures, currency }: { view: View; figures: Partial<Figures>; currency: string }) {
  const none = { edges: [], counts: [] };
  switch (view) {
    case "exit":
      return <Groups groups={figures.by_exit_reason ?? []} label="exit reason" currency={currency} />;
    case "symbol":
      return <Groups groups={figures.by_symbol ?? []} label="symbol" currency={currency} />;
    case "direction":
      return <Groups groups={figures.by_direction ?? []} label="direction" currency={currency} />;
    case "strategy":
      return <Groups groups={figures.by_strategy ?? []} label="strategy" currency={currency} />;
    case "pnl":
      return <Histogram buckets={figures.distribution?.pnl ?? none} label="Trades by result" format={(value) => money(value, currency)} signed unit="trades" />;
    case "holding":
      return <Histogram buckets={figures.distribution?.holding ?? none} label="Trades by holding time" format={duration} even unit="trades" />;
  }
}

/** Where the result came from. */
export function Breakdown({ figures, currency }: { figures: Partial<Figures>; currency: string }) {
  const [view, setView] = useState<View>("exit");
  return (
    <Panel
      title="Where it came from"
      testId="breakdown"
      aside={
        <select aria-label="Broken down by" value={view} data-testid="breakdown-by" onChange={(event) => setView(event.target.value as View)}>
          {Object.entries(VIEWS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      }
    >
      <Shown view={view} figures={figures} currency={currency} />
    </Panel>
  );
}
