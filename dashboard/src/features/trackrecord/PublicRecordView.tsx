import { useMemo } from "react";

import type { PublicRecord } from "../../api/performanceTypes";
import { ModeBadge } from "../../ui/ModeBadge";
import { Panel } from "../../ui/Panel";
import { Empty } from "../../ui/states";
import { daysOf } from "../performance/days";
import { Drawdowns } from "../performance/figures/Drawdowns";
import { EquityCurve } from "../results/EquityCurve";
import { FigureCards } from "../results/FigureCards";
import { MonthlyHeatmap } from "../results/MonthlyHeatmap";
import { publicCards } from "./publicFigures";
import { PublicTrades } from "./PublicTrades";
import { Verified } from "./Verified";

const INDEX_START = 100;

const index = (value: number) => value.toFixed(2);

function Results({ record: { currency, trades, figures } }: { record: PublicRecord }) {
  const points = useMemo(() => (figures?.equity ?? []).map((point) => ({ ...point, balance: null })), [figures]);
  if (figures === null) return <Empty title="No trade has closed yet">The figures begin with the first one.</Empty>;
  return (
    <>
      <FigureCards cards={publicCards(figures, currency)} label="Figures" />
      <Panel title="Growth" testId="equity" aside={<span className="muted">index, {INDEX_START} at the beginning</span>}>
        <EquityCurve points={points} currency="" base={INDEX_START} format={index} />
      </Panel>
      <Panel title="Monthly returns" aside={<span className="muted">percent</span>}>
        <MonthlyHeatmap years={figures.monthly_returns} />
      </Panel>
      <Drawdowns drawdowns={figures.drawdowns} />
      {trades !== undefined && trades.length > 0 && <PublicTrades trades={trades} />}
    </>
  );
}

/** A published record as anybody sees it. */
export function PublicRecordView({ record }: { record: PublicRecord }) {
  const { title, since, until, show_amounts, verified, mode, mode_text, basis } = record;
  return (
    <>
      <header className="record-title">
        <h1>{title}</h1>
        <p>
          <ModeBadge mode={mode} />
          <span className="muted">
            {since !== null && until !== null && daysOf(since, until)}
            {since !== null && !show_amounts && " · "}
            {!show_amounts && "without amounts"}
          </span>
        </p>
        <p className="muted">{mode_text}</p>
      </header>
      <Verified verified={verified} />
      {verified.checked_at !== null && <Results record={record} />}
      <p className="muted">{basis}</p>
    </>
  );
}
