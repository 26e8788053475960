import {
  CandlestickSeries, createChart, createSeriesMarkers, type IChartApi, type IPriceLine, type ISeriesApi,
  type ISeriesMarkersPluginApi, type SeriesMarker, type Time, type UTCTimestamp,
} from "lightweight-charts";
import { useEffect, useRef, useState } from "react";

import { api } from "../api/client";
import type { Bar, MarketSymbol } from "../api/types";
import { palette, useThemeTurn } from "../parts/chartTheme";
import { Empty, Panel } from "../parts/Panel";
import { price } from "../state/format";
import { formed, marks, SECONDS } from "../state/markers";
import { quoteKey, type State } from "../state/model";

interface Drawn {
  chart: IChartApi;
  series: ISeriesApi<"Candlestick">;
  markers: ISeriesMarkersPluginApi<Time>;
  lines: IPriceLine[];
  last: Omit<Bar, "volume"> | undefined;
}

const at = (seconds: number) => seconds as UTCTimestamp;

/** The markets to choose from: what is streamed, and whatever the account trades. */
function useMarkets(state: State): MarketSymbol[] {
  const [listed, setListed] = useState<MarketSymbol[]>([]);
  useEffect(() => {
    api.symbols().then(setListed, () => undefined);
  }, []);
  const known = new Set(listed.map((item) => quoteKey(item.venue, item.symbol)));
  const traded = [...state.open, ...state.closed].filter((trade) => !known.has(quoteKey(trade.venue, trade.symbol)));
  const extra = new Map(traded.map((trade) => [quoteKey(trade.venue, trade.symbol), trade]));
  return [
    ...listed,
    ...[...extra.values()].map((trade) => ({
      venue: trade.venue, symbol: trade.symbol, market_type: "", tick_size: 0, last: null, change_percent: null,
    })),
  ];
}

export function PriceChart({ state }: { state: State }) {
  const markets = useMarkets(state);
  const [chosen, setChosen] = useState<string | null>(null);
  const [timeframe, setTimeframe] = useState("5s");
  const market = markets.find((item) => quoteKey(item.venue, item.symbol) === chosen) ?? markets[0];
  const quote = market && state.quotes[quoteKey(market.venue, market.symbol)];
  const aside = (
    <div className="filters">
      <select
        aria-label="Market"
        value={market ? quoteKey(market.venue, market.symbol) : ""}
        onChange={(event) => setChosen(event.target.value)}
      >
        {markets.map((item) => (
          <option key={quoteKey(item.venue, item.symbol)} value={quoteKey(item.venue, item.symbol)}>
            {item.symbol}{item.venue === "sim" ? "" : ` · ${item.venue}`}
          </option>
        ))}
      </select>
      <select aria-label="Timeframe" value={timeframe} onChange={(event) => setTimeframe(event.target.value)}>
        {Object.keys(SECONDS).map((name) => <option key={name}>{name}</option>)}
      </select>
      <strong className="last" data-testid="last-price">{price(quote?.last ?? market?.last ?? null)}</strong>
    </div>
  );
  return (
    <Panel title="Market" testId="price-chart" aside={aside}>
      {market ? (
        <Candles key={`${market.venue}:${market.symbol}:${timeframe}`} state={state} market={market} timeframe={timeframe} />
      ) : (
        <Empty>No market is streamed yet.</Empty>
      )}
    </Panel>
  );
}

interface CandlesProps {
  state: State;
  market: MarketSymbol;
  timeframe: string;
}

function Candles({ state, market, timeframe }: CandlesProps) {
  const { venue, symbol } = market;
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const [note, setNote] = useState<string | null>("Loading candles …");
  const [ready, setReady] = useState(0);
  const theme = useThemeTurn();

  useEffect(() => {
    if (!box.current) return undefined;
    const colors = palette();
    const chart = createChart(box.current, { autoSize: true, ...colors.options });
    const series = chart.addSeries(CandlestickSeries, {
      upColor: colors.up, downColor: colors.down, wickUpColor: colors.up, wickDownColor: colors.down, borderVisible: false,
    });
    drawn.current = { chart, series, markers: createSeriesMarkers(series, []), lines: [], last: undefined };
    let stale = false;
    api.candles(venue, symbol, timeframe).then(
      (bars) => {
        if (stale || !drawn.current) return;
        series.setData(bars.map((bar) => ({ ...bar, time: at(bar.time) })));
        drawn.current.last = bars.at(-1);
        setNote(bars.length ? null : "No closed candle yet; the next ticks draw the first.");
        setReady((value) => value + 1);
      },
      (error: Error) => !stale && setNote(error.message),
    );
    return () => {
      stale = true;
      drawn.current = null;
      chart.remove();
    };
  }, [venue, symbol, timeframe, theme]);

  const quote = state.quotes[quoteKey(venue, symbol)];
  useEffect(() => {
    const held = drawn.current;
    if (!held || !quote || ready === 0) return;
    const next = formed(held.last, quote.last, quote.time, timeframe);
    if (held.last && next.time < held.last.time) return;
    held.last = next;
    held.series.update({ ...next, time: at(next.time) });
  }, [quote, timeframe, ready]);

  const closedCandle = state.lastCandle;
  useEffect(() => {
    const held = drawn.current;
    if (!held || ready === 0 || closedCandle?.venue !== venue || closedCandle.symbol !== symbol) return;
    if (closedCandle.timeframe !== timeframe || (held.last && closedCandle.candle.time < held.last.time)) return;
    held.last = closedCandle.candle;
    held.series.update({ ...closedCandle.candle, time: at(closedCandle.candle.time) });
  }, [closedCandle, venue, symbol, timeframe, ready]);

  const { open, closed } = state;
  useEffect(() => {
    const held = drawn.current;
    if (!held || ready === 0) return;
    const colors = palette();
    held.markers.setMarkers(
      marks([...open, ...closed], venue, symbol, timeframe).map(({ time, kind, trade }): SeriesMarker<Time> => {
        const long = trade.direction === "LONG";
        if (kind === "entry") {
          return {
            time: at(time), position: long ? "belowBar" : "aboveBar", shape: long ? "arrowUp" : "arrowDown",
            color: colors.accent, text: long ? "buy" : "sell",
          };
        }
        const won = Number(trade.realized_pnl) >= 0;
        return { time: at(time), position: "inBar", shape: "circle", color: won ? colors.up : colors.down, text: trade.realized_pnl_formatted };
      }),
    );
    for (const line of held.lines) held.series.removePriceLine(line);
    held.lines = open
      .filter((trade) => trade.venue === venue && trade.symbol === symbol)
      .flatMap((trade) => [
        { level: trade.entry_price, color: colors.accent, title: "entry" },
        { level: trade.stop_loss, color: colors.down, title: "stop" },
        { level: trade.take_profit, color: colors.up, title: "target" },
      ])
      .filter((line) => line.level !== null)
      .map((line) => held.series.createPriceLine({ price: Number(line.level), color: line.color, title: line.title, lineStyle: 2, lineWidth: 1 }));
  }, [open, closed, venue, symbol, timeframe, ready, theme]);

  return (
    <>
      {note && <p className="note">{note}</p>}
      <div className="chart" ref={box} />
    </>
  );
}
