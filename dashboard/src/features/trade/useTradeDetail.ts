import { useCallback, useEffect, useState } from "react";

import { api } from "../../api/client";
import { ApiError, messageOf } from "../../api/http";
import type { TradeDetail } from "../../api/tradeTypes";
import { useController, useDash } from "../../state/context";

/** Several events tell of one change; a stop that trails in a fast market makes many. */
const GATHER_MS = 300;

const EXCURSIONS_MS = 15_000;
const RECENT_MS = 300_000;

function isRecent(iso: string | null): boolean {
  return iso !== null && Date.now() - Date.parse(iso) < RECENT_MS;
}

export interface TradeState {
  trade: TradeDetail | null;
  gone: boolean;
  problem: string | null;
  /** Take over what an answer says of it. */
  apply: (trade: TradeDetail) => void;
  reload: () => void;
}

/** One trade in full, asked for again whenever something is told of it. */
export function useTradeDetail(id: number): TradeState {
  const controller = useController();
  const generation = useDash((state) => state.generation);
  const [trade, setTrade] = useState<TradeDetail | null>(null);
  const [problem, setProblem] = useState<ApiError | Error | null>(null);
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    let gone = false;
    let timer: number | undefined;
    let asked = 0;
    const look = () => {
      timer = undefined;
      asked += 1;
      const mine = asked;
      const current = () => !gone && mine === asked;
      api.trade(id).then(
        (found) => {
          if (!current()) return;
          setTrade(found);
          setProblem(null);
        },
        (error: unknown) => current() && setProblem(error instanceof Error ? error : new Error(messageOf(error))),
      );
    };
    look();
    const stop = controller.trades.on((news) => {
      if (news.id === id) timer ??= window.setTimeout(look, GATHER_MS);
    });
    return () => {
      gone = true;
      window.clearTimeout(timer);
      stop();
    };
  }, [id, controller, generation, turn]);

  // The worst and the best are worked out from candles a while after the close, and no event tells of them.
  const waits = trade !== null && trade.status === "CLOSED" && trade.mae === null && isRecent(trade.closed_at);
  useEffect(() => {
    if (!waits) return undefined;
    const timer = window.setTimeout(() => setTurn((value) => value + 1), EXCURSIONS_MS);
    return () => window.clearTimeout(timer);
  }, [waits, turn]);

  const reload = useCallback(() => setTurn((value) => value + 1), []);
  const gone = problem instanceof ApiError && problem.status === 404;
  return { trade, gone, problem: problem?.message ?? null, apply: setTrade, reload };
}
