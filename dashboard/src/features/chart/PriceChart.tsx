import { useMemo, useState } from "react";

import type { MarketSymbol, Session } from "../../api/types";
import { TIMEFRAMES } from "../../lib/candles";
import { price, signedPercent } from "../../lib/format";
import { marketKey } from "../../lib/pnl";
import { remember, remembered } from "../../lib/prefs";
import { useDash } from "../../state/context";
import { Panel } from "../../ui/Panel";
import { Select } from "../../ui/Select";
import { Empty } from "../../ui/states";
import { Candles } from "./Candles";
import { chooseMarket, useChosenMarket } from "./choice";

/** What can be charted: the streamed markets, and whatever the account holds (a replay's market is not streamed). */
function useMarkets(): MarketSymbol[] {
  const listed = useDash((state) => state.symbols);
  const open = useDash((state) => state.open);
  return useMemo(() => {
    const markets = new Map(listed.map((item) => [marketKey(item), item]));
    for (const trade of open) {
      const { venue, symbol, market_type } = trade;
      if (!markets.has(marketKey(trade))) {
        markets.set(marketKey(trade), { venue, symbol, market_type, tick_size: 0, last: null, change_percent: null });
      }
    }
    return [...markets.values()];
  }, [listed, open]);
}

function LastPrice({ market }: { market: MarketSymbol }) {
  const key = marketKey(market);
  const quote = useDash((state) => state.quotes[key]);
  return (
    <span className="last-price">
      <b data-testid="last-price">{price(quote?.last ?? market.last, market.tick_size)}</b>
      {quote && (
        <small className="muted spread" title="Bid and ask">
          {price(quote.bid, market.tick_size)} / {price(quote.ask, market.tick_size)}
        </small>
      )}
      {market.change_percent !== null && (
        <small className={market.change_percent < 0 ? "down" : "up"} title="Over the last hour, when this page was loaded">
          {signedPercent(market.change_percent)}
        </small>
      )}
    </span>
  );
}

/** The first market that the account's sessions follow. */
function ofSessions(markets: MarketSymbol[], sessions: Session[]): MarketSymbol | undefined {
  return markets.find((item) =>
    sessions.some(({ venue, symbols }) => venue === item.venue && (symbols.length === 0 || symbols.includes(item.symbol))),
  );
}

export function PriceChart() {
  const markets = useMarkets();
  const chosen = useChosenMarket();
  const [timeframe, setTimeframe] = useState(() => {
    const last = remembered("timeframe");
    return last !== null && last in TIMEFRAMES ? last : "5s";
  });
  const sessions = useDash((state) => state.sessions);
  const market = markets.find((item) => marketKey(item) === chosen) ?? ofSessions(markets, sessions) ?? markets[0];
  if (market === undefined) {
    return (
      <Panel title="Price" testId="price-chart" className="area-chart">
        <Empty title="No market is streamed">The streamer has announced no symbol yet. Reload once it runs.</Empty>
      </Panel>
    );
  }
  const several = new Set(markets.map((item) => item.venue)).size > 1;
  return (
    <Panel
      title={market.symbol}
      testId="price-chart"
      className="area-chart"
      aside={
        <>
          <LastPrice market={market} />
          <Select
            label="Market"
            value={marketKey(market)}
            options={markets.map((item) => ({
              value: marketKey(item),
              label: several ? `${item.symbol} · ${item.venue}` : item.symbol,
            }))}
            choose={(value) => {
              const next = markets.find((item) => marketKey(item) === value);
              if (next) chooseMarket(next);
            }}
            testId="chart-symbol"
          />
          <div className="segments" role="group" aria-label="Timeframe" data-testid="chart-timeframe">
            {Object.keys(TIMEFRAMES).map((name) => (
              <button
                key={name}
                type="button"
                aria-pressed={name === timeframe}
                onClick={() => {
                  remember("timeframe", name);
                  setTimeframe(name);
                }}
              >
                {name}
              </button>
            ))}
          </div>
        </>
      }
    >
      <Candles market={market} timeframe={timeframe} />
    </Panel>
  );
}
