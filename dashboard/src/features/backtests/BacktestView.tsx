import { useCallback, useMemo } from "react";

import type { Figures } from "../../api/analyticsTypes";
import { backtests } from "../../api/backtests";
import type { Backtest, BacktestKind } from "../../api/backtestTypes";
import { Link } from "../../app/router";
import { Panel } from "../../ui/Panel";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import { EquityCurve } from "../results/EquityCurve";
import { cardsOf, FigureCards } from "../results/FigureCards";
import { MonthlyHeatmap } from "../results/MonthlyHeatmap";
import { BacktestHead } from "./BacktestHead";
import { Breakdown } from "./Breakdown";
import { DataGaps } from "./DataGaps";
import { FoldsTable } from "./FoldsTable";
import { GateBars } from "./GateBars";
import { MonteCarloPanel } from "./MonteCarloPanel";
import { ParameterMap } from "./ParameterMap";
import { TradeSection } from "./TradeSection";
import { TrialsTable } from "./TrialsTable";
import { usePolled } from "./usePolled";
import { Verdict } from "./Verdict";
import { currencyOf, isActive, kindWord } from "./words";

const CARDS = [
  "core.total_pnl",
  "core.roi_percent",
  "risk.sharpe",
  "risk.sortino",
  "risk.max_drawdown_percent",
  "core.profit_factor",
  "core.win_rate_percent",
  "core.trades",
  "core.expectancy",
  "core.average_r",
  "risk.calmar",
  "activity.exposure_percent",
  "activity.average_holding_seconds",
  "core.fees",
];

const moving = (backtest: Backtest) => isActive(backtest.status);

/** Whose figures they are, where more than one setting was tried. */
const WHOSE: Record<BacktestKind, string | null> = {
  RUN: null,
  SWEEP: "What follows is of the best setting, on the candles that it was chosen by.",
  WALK_FORWARD: "What follows is of the stretches out of sample, one after the other: what trading by it would have made.",
};

function Result({ backtest, figures }: { backtest: Backtest; figures: Partial<Figures> }) {
  const currency = currencyOf(backtest.config);
  const cards = useMemo(() => cardsOf(figures as Figures, CARDS, currency), [figures, currency]);
  const note = WHOSE[backtest.kind];
  return (
    <>
      {note && (
        <p className="muted result-whose" data-testid="result-whose">
          {note}
        </p>
      )}
      <FigureCards cards={cards} label={`Figures of the ${kindWord(backtest.kind).toLowerCase()}`} />
      <Panel title="Equity and drawdown" testId="backtest-equity">
        <EquityCurve points={figures.equity ?? []} currency={currency} base={backtest.config.account?.balance} />
      </Panel>
      <Panel title="Monthly returns" aside={<span className="muted">percent</span>}>
        <MonthlyHeatmap years={figures.monthly_returns ?? []} />
      </Panel>
      <TradeSection backtest={backtest} />
      <div className="result-columns">
        <GateBars result={backtest.result} />
        <Breakdown figures={figures} currency={currency} />
      </div>
      <MonteCarloPanel id={backtest.id} />
    </>
  );
}

function Body({ backtest }: { backtest: Backtest }) {
  const { kind, status, figures, done } = backtest;
  const searched = kind !== "RUN" && (status === "DONE" || done > 0);
  const finished = status === "DONE";
  return (
    <>
      {finished && <DataGaps backtest={backtest} />}
      {kind === "SWEEP" && finished && <Verdict backtest={backtest} />}
      {kind === "WALK_FORWARD" && finished && <FoldsTable backtest={backtest} />}
      {searched && <ParameterMap backtest={backtest} />}
      {searched && <TrialsTable backtest={backtest} />}
      {finished && <Result backtest={backtest} figures={figures} />}
      {!finished && !searched && (
        <Panel title="Result">
          {isActive(status) ? (
            <Empty title="On its way">It is followed here; you may leave and come back.</Empty>
          ) : (
            <Empty title="There is no result">
              It came to no end. <Link to={`/backtests/new?like=${backtest.id}`}>Change it and run it again</Link>
            </Empty>
          )}
        </Panel>
      )}
    </>
  );
}

/** One backtest, from its first moment to all that came of it. */
export function BacktestView({ id }: { id: number }) {
  const get = useCallback(() => backtests.get(id), [id]);
  const { data, problem, reload, apply } = usePolled(get, moving);
  if (data === null) {
    if (problem === null) return <Skeleton lines={12} />;
    return <ErrorState title="The backtest cannot be loaded" message={problem} retry={reload} />;
  }
  return (
    <div className="stack" data-testid="backtest-view">
      <BacktestHead backtest={data} apply={apply} />
      <Body key={data.status === "DONE" ? "done" : "open"} backtest={data} />
    </div>
  );
}
