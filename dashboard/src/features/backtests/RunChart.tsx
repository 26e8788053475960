import { type ReactNode, useCallback, useEffect, useMemo, useRef } from "react";

import { backtests } from "../../api/backtests";
import type { Backtest, BacktestTrade } from "../../api/backtestTypes";
import { usualTick } from "../../lib/format";
import { Panel } from "../../ui/Panel";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import { useLoaded } from "../../ui/useLoaded";
import { Legend } from "../chart/Legend";
import { useCandleChart } from "../chart/useCandleChart";
import { MOST_MARKED, rangeAround, runLevels, runMarks } from "./runMarks";
import { currencyOf } from "./words";

interface RunChartProps {
  backtest: Backtest;
  symbol: string;
  /** The trade that is looked at; null: all of the run. */
  shown: BacktestTrade | null;
  /** The trades of the table below, which are marked where all of them would be too many. */
  listed: BacktestTrade[];
  whole: () => void;
  aside?: ReactNode;
}

/** Candles of the time that is looked at. What is known belongs to one request; the next one has nothing yet. */
function useRunCandles(id: number, symbol: string, range: { start?: string; end?: string }) {
  const { start, end } = range;
  const key = `${id}:${symbol}:${start ?? ""}:${end ?? ""}`;
  const get = useCallback(
    () => backtests.candles(id, { symbol, start, end, limit: 2000 }).then(({ candles, timeframe }) => ({ key, bars: candles, timeframe })),
    [id, symbol, start, end, key],
  );
  const { data, problem, reload } = useLoaded(get);
  return { data: data?.key === key ? data : null, problem, reload };
}

/** The run on its candles: entries, exits, and the levels of a trade that is looked at. */
export function RunChart({ backtest, symbol, shown, listed, whole, aside }: RunChartProps) {
  const { id, config, data: source } = backtest;
  const range = useMemo(() => (shown === null ? {} : rangeAround(shown, source.timeframe)), [shown, source.timeframe]);
  const { data, problem, reload } = useRunCandles(id, symbol, range);
  const all = useLoaded(useCallback(() => backtests.trades(id, { limit: MOST_MARKED }), [id]));
  const tooMany = (all.data?.count ?? 0) > MOST_MARKED;
  const marked = tooMany ? listed : all.data?.results;
  const here = useMemo(() => (marked ?? []).filter((trade) => trade.symbol === symbol), [marked, symbol]);
  // "" where a candle stands for several days.
  const timeframe = data?.timeframe ?? source.timeframe;
  const named = timeframe || "days";
  const tick = data?.bars[0] ? usualTick(data.bars[0].close) : undefined;
  const { box, chart, drawing, hovered, newest } = useCandleChart({ venue: source.venue, symbol, tick, timeframe, data, follows: false, whole: true });

  useEffect(() => {
    if (data === null) return;
    const trades = shown !== null && !here.some((trade) => trade.number === shown.number) ? [...here, shown] : here;
    chart.current?.setMarks(runMarks(trades, data.bars, currencyOf(config)));
    chart.current?.setLevels(shown === null ? [] : runLevels(shown));
  }, [chart, data, drawing, here, shown, config]);

  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (shown !== null) panel.current?.scrollIntoView?.({ behavior: "smooth", block: "nearest" });
  }, [shown]);

  const bar = hovered ?? newest;
  return (
    <Panel
      title={shown === null ? `${symbol} · ${named}` : `Trade ${shown.number} · ${symbol} · ${named}`}
      testId="run-chart"
      className="run-chart"
      aside={
        <>
          {shown === null && tooMany && <span className="muted">The trades of the page below are marked.</span>}
          {shown !== null && (
            <button type="button" className="button small" data-testid="chart-whole" onClick={whole}>
              Whole run
            </button>
          )}
          {aside}
        </>
      }
    >
      <div ref={panel} className="chart-box">
        {bar && data && <Legend bar={bar} tick={tick} />}
        <div
          ref={box}
          className="chart"
          role="img"
          aria-label={`Candles of ${symbol}, ${named}, with ${here.length} trades${shown === null ? "" : `, around trade ${shown.number}`}`}
        />
        {data === null && (
          <div className="chart-cover">
            {problem !== null ? <ErrorState title="The candles cannot be loaded" message={problem} retry={reload} /> : <Skeleton lines={9} />}
          </div>
        )}
        {data !== null && data.bars.length === 0 && (
          <div className="chart-cover">
            <Empty title="No candles are stored any more">The result stays; its chart cannot be drawn.</Empty>
          </div>
        )}
      </div>
    </Panel>
  );
}
