import { useEffect } from "react";

import type { TradeDetail } from "../../api/tradeTypes";
import { usualTick } from "../../lib/format";
import { isOpen } from "../../state/trades";
import { Panel } from "../../ui/Panel";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import { Legend } from "../chart/Legend";
import { useCandleChart } from "../chart/useCandleChart";
import { tradeLevels, tradeMarks, trailsOf } from "./chartData";
import { useTradeCandles } from "./useTradeCandles";

function Key({ name, text }: { name: string; text: string }) {
  return (
    <span className={`trail-key ${name}`}>
      <i aria-hidden="true" /> {text}
    </span>
  );
}

/** The market from before the entry to after the exit, with what was done in it and how its levels were moved. */
export function TradeChart({ trade, tick: own }: { trade: TradeDetail; tick: number | undefined }) {
  const { venue, symbol } = trade;
  const tick = own ?? usualTick(Number(trade.entry_price));
  const { data, timeframe, problem, retry } = useTradeCandles(trade);
  const follows = isOpen(trade);
  const { box, chart, drawing, hovered, newest } = useCandleChart({ venue, symbol, tick, timeframe, data, follows, whole: true });
  const until = newest?.time ?? 0;

  useEffect(() => {
    if (data === null) return;
    chart.current?.setMarks(tradeMarks(trade, timeframe, chart.current.first ?? 0));
    chart.current?.setLevels(tradeLevels(trade));
  }, [chart, trade, timeframe, data, drawing]);
  useEffect(() => {
    if (data !== null && data.bars.length > 0) chart.current?.setTrails(trailsOf(trade, timeframe, until));
  }, [chart, trade, timeframe, data, drawing, until]);

  const bar = hovered ?? newest;
  const moves = trade.level_changes.length;
  return (
    <Panel
      title={`${symbol} · ${timeframe}`}
      testId="trade-chart"
      className="area-chart"
      aside={
        <>
          <Key name="down" text="Stop" />
          <Key name="up" text="Target" />
          <span className="muted" data-testid="trail-moves">
            {moves > 1 ? `levels moved ${moves - 1} ${moves === 2 ? "time" : "times"}` : "levels never moved"}
          </span>
        </>
      }
    >
      <div className="chart-box">
        {bar && data && <Legend bar={bar} tick={tick} />}
        <div ref={box} className="chart" role="img" aria-label={`Candles of ${symbol}, ${timeframe}, around trade ${trade.id}`} />
        {data === null && (
          <div className="chart-cover">
            {problem !== null ? (
              <ErrorState title="The candles cannot be loaded" message={problem} retry={retry} />
            ) : trade.opened_at === null ? (
              <Empty title="It never opened">There is nothing to chart.</Empty>
            ) : (
              <Skeleton lines={9} />
            )}
          </div>
        )}
        {data !== null && data.bars.length === 0 && newest === null && (
          <div className="chart-cover">
            <Empty title="No candle is kept of that time">A replay’s candles are kept for a while only.</Empty>
          </div>
        )}
      </div>
    </Panel>
  );
}
