import { useCallback, useEffect, useState } from "react";

import { api } from "../api/client";
import { messageOf } from "../api/http";
import type { Trade } from "../api/types";
import { useController, useDash } from "./context";
import { mergeIntoPage, type TradeFilters, type TradePage } from "./trades";

export interface TradeList {
  page: TradePage | null;
  problem: string | null;
  retry: () => void;
}

interface Held {
  asked: string;
  account: number;
  page: TradePage | null;
  problem: string | null;
}

/** One page of trades, fetched once and kept current from the live events. */
export function useTrades(filters: TradeFilters, offset: number, limit: number): TradeList {
  const controller = useController();
  const generation = useDash((state) => state.generation);
  const [turn, setTurn] = useState(0);
  const asked = JSON.stringify([filters, offset, limit, generation, turn]);
  const [held, setHeld] = useState<Held | null>(null);

  useEffect(() => {
    const [wanted] = JSON.parse(asked) as [TradeFilters];
    const abort = new AbortController();
    const settle = (page: TradePage | null, problem: string | null) => {
      if (!abort.signal.aborted) setHeld({ asked, account: wanted.account, page, problem });
    };
    const merged = (page: TradePage, trade: Trade) =>
      mergeIntoPage(page, trade, wanted, { first: offset === 0, length: limit });
    // What happens while the page is on its way may be missing from it.
    let early: Trade[] | null = [];
    api.trades({ ...wanted, limit, offset }, abort.signal).then(
      ({ count, results }) => {
        settle((early ?? []).reduce(merged, { count, trades: results }), null);
        early = null;
      },
      (error: unknown) => settle(null, messageOf(error)),
    );
    const stop = controller.trades.on((trade) => {
      early?.push(trade);
      setHeld((now) => {
        if (now?.asked !== asked || now.page === null) return now;
        const page = merged(now.page, trade);
        return page === now.page ? now : { ...now, page };
      });
    });
    return () => {
      abort.abort();
      stop();
    };
  }, [asked, controller, offset, limit]);

  const retry = useCallback(() => setTurn((value) => value + 1), []);
  // While other filters load, the previous page of the same account stays in sight.
  const page = held?.account === filters.account ? held.page : null;
  return { page, problem: held?.asked === asked ? held.problem : null, retry };
}
