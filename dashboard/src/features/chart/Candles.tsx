import { useEffect, useMemo, useRef, useState } from "react";

import type { Bar, MarketSymbol } from "../../api/types";
import { afterTick } from "../../lib/candles";
import { price, signedPercent } from "../../lib/format";
import { toneOf } from "../../lib/pnl";
import { useController, useDash } from "../../state/context";
import { useTrades } from "../../state/useTrades";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import { useTheme } from "../../ui/theme";
import { CandleChart } from "./candleChart";
import { levelsOf, marksOf } from "./markers";
import { useCandles } from "./useCandles";

const TRADES = 100;

function Legend({ bar, tick }: { bar: Bar; tick: number }) {
  const change = bar.open ? (bar.close / bar.open - 1) * 100 : 0;
  return (
    <div className="legend" aria-hidden="true">
      {(["open", "high", "low", "close"] as const).map((name) => (
        <span key={name}>
          <i>{name.charAt(0).toUpperCase()}</i> {price(bar[name], tick)}
        </span>
      ))}
      <span className={toneOf(change)}>{signedPercent(change)}</span>
    </div>
  );
}

/** The candles of one market, moved by its quotes, with the account's entries, exits and levels on them. */
export function Candles({ market, timeframe }: { market: MarketSymbol; timeframe: string }) {
  const { venue, symbol, tick_size: tick } = market;
  const controller = useController();
  const theme = useTheme();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<CandleChart | null>(null);
  const drawn = useRef<string | null>(null);
  const [drawing, setDrawing] = useState(0);
  const [hovered, setHovered] = useState<Bar | null>(null);
  const [newest, setNewest] = useState<Bar | null>(null);
  const { data, problem, retry } = useCandles(venue, symbol, timeframe);

  useEffect(() => {
    if (box.current === null) return undefined;
    const made = new CandleChart(box.current, tick, setHovered);
    chart.current = made;
    drawn.current = null;
    setDrawing((value) => value + 1);
    return () => {
      chart.current = null;
      made.remove();
    };
  }, [theme, tick]);

  useEffect(() => {
    if (chart.current === null || data === null) return undefined;
    const held = chart.current;
    held.setBars(data.bars, drawn.current === data.key);
    drawn.current = data.key;
    setNewest(held.last);
    return controller.market.on((frame) => {
      if (frame.type === "quotes") {
        const quote = frame.quotes.find((item) => item.venue === venue && item.symbol === symbol);
        const next = quote && afterTick(held.last, quote.last, quote.time, timeframe);
        if (next) held.update(next);
      } else if (frame.venue === venue && frame.symbol === symbol && frame.timeframe === timeframe) {
        held.update(frame.candle);
      }
      setNewest(held.last);
    });
  }, [data, drawing, controller, venue, symbol, timeframe]);

  const account = useDash((state) => state.account?.id ?? 0);
  const open = useDash((state) => state.open);
  const { page } = useTrades({ account, venue, symbol }, 0, TRADES);
  const here = useMemo(() => open.filter((trade) => trade.venue === venue && trade.symbol === symbol), [open, venue, symbol]);

  useEffect(() => {
    const own = (page?.trades ?? []).filter((trade) => trade.venue === venue && trade.symbol === symbol);
    chart.current?.setMarks(marksOf(own, timeframe, chart.current.first ?? 0));
  }, [page, data, drawing, venue, symbol, timeframe]);
  useEffect(() => chart.current?.setLevels(levelsOf(here)), [here, drawing, data]);

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
