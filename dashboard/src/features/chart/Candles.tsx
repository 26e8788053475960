import { useEffect, useMemo } from "react";

import type { MarketSymbol } from "../../api/types";
import { useDash } from "../../state/context";
import { useTrades } from "../../state/useTrades";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import { Legend } from "./Legend";
import { levelsOf, marksOf } from "./markers";
import { useCandleChart } from "./useCandleChart";
import { useCandles } from "./useCandles";

const TRADES = 100;

/** The candles of one market, moved by its quotes, with the account's entries, exits and levels on them. */
export function Candles({ market, timeframe }: { market: MarketSymbol; timeframe: string }) {
  const { venue, symbol, tick_size: tick } = market;
  const { data, problem, retry } = useCandles(venue, symbol, timeframe);
  const { box, chart, drawing, hovered, newest } = useCandleChart({ venue, symbol, tick, timeframe, data });

  const account = useDash((state) => state.account?.id ?? 0);
  const open = useDash((state) => state.open);
  const { page } = useTrades({ account, venue, symbol }, 0, TRADES);
  const here = useMemo(() => open.filter((trade) => trade.venue === venue && trade.symbol === symbol), [open, venue, symbol]);

  useEffect(() => {
    const own = (page?.trades ?? []).filter((trade) => trade.venue === venue && trade.symbol === symbol);
    chart.current?.setMarks(marksOf(own, timeframe, chart.current.first ?? 0));
  }, [chart, page, data, drawing, venue, symbol, timeframe]);
  useEffect(() => chart.current?.setLevels(levelsOf(here)), [chart, here, drawing, data]);

  const bar = hovered ?? newest;
  return (
    <div className="chart-box">
      {bar && data && <Legend bar={bar} tick={tick} />}
      <div ref={box} className="chart" role="img" aria-label={`Candles of ${symbol}, ${timeframe}, last price ${newest?.close ?? ""}`} />
      {problem !== null && data === null && (
        <div className="chart-cover">
          <ErrorState title="The candles cannot be loaded" message={problem} retry={retry} />
        </div>
      )}
      {problem === null && data === null && (
        <div className="chart-cover">
          <Skeleton lines={9} />
        </div>
      )}
      {data !== null && newest === null && (
        <div className="chart-cover">
          <Empty title="No candle yet">The next price draws the first one.</Empty>
        </div>
      )}
    </div>
  );
}
