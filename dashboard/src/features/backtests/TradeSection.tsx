import { useCallback, useState } from "react";

import { backtests } from "../../api/backtests";
import type { Backtest, BacktestTrade } from "../../api/backtestTypes";
import { Pager } from "../../ui/Pager";
import { Panel } from "../../ui/Panel";
import { Select } from "../../ui/Select";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import { useLoaded } from "../../ui/useLoaded";
import { RunChart } from "./RunChart";
import { RunTrades } from "./RunTrades";
import { currencyOf } from "./words";

const LENGTH = 15;

const NONE: BacktestTrade[] = [];

/** The trades of a run: on the candles, and one by one. */
export function TradeSection({ backtest }: { backtest: Backtest }) {
  const { id, config, data } = backtest;
  const [symbol, setSymbol] = useState(data.symbols[0] ?? "");
  const [shown, setShown] = useState<BacktestTrade | null>(null);
  const [offset, setOffset] = useState(0);
  const get = useCallback(() => backtests.trades(id, { limit: LENGTH, offset }), [id, offset]);
  const { data: page, problem, reload } = useLoaded(get);
  const show = (trade: BacktestTrade | null) => {
    setShown(trade);
    if (trade !== null) setSymbol(trade.symbol);
  };
  return (
    <>
      <RunChart
        backtest={backtest}
        symbol={symbol}
        shown={shown}
        listed={page?.results ?? NONE}
        whole={() => setShown(null)}
        aside={
          data.symbols.length > 1 && (
            <Select
              label="Symbol on the chart"
              value={symbol}
              options={data.symbols.map((value) => ({ value, label: value }))}
              choose={(next) => {
                setSymbol(next);
                setShown(null);
              }}
            />
          )
        }
      />
      <Panel title="Trades" count={page?.count} testId="run-trades">
        {page === null ? (
          problem !== null ? (
            <ErrorState title="The trades cannot be loaded" message={problem} retry={reload} />
          ) : (
            <Skeleton lines={8} />
          )
        ) : page.count === 0 ? (
          <Empty title="It never traded">See below which gate refused its signals, or whether there were any.</Empty>
        ) : (
          <RunTrades trades={page.results} currency={currencyOf(config)} shown={shown?.number ?? null} show={show} />
        )}
        {page !== null && <Pager count={page.count} offset={offset} length={LENGTH} words={["Back", "Next"]} go={setOffset} />}
      </Panel>
    </>
  );
}
