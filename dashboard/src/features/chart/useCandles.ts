import { useCallback, useEffect, useState } from "react";

import { api } from "../../api/client";
import { messageOf } from "../../api/http";
import type { Bar } from "../../api/types";
import { finer, forming } from "../../lib/candles";
import { useDash } from "../../state/context";

const LENGTH = 500;

export interface CandleData {
  /** Which market and timeframe the candles are of. */
  key: string;
  bars: Bar[];
}

/** The latest candles, with the one that is forming. Raises ApiError. */
export async function fetchCandles(venue: string, symbol: string, timeframe: string, length = LENGTH): Promise<Bar[]> {
  const parts = finer(timeframe);
  const [closed, inside] = await Promise.all([
    api.candles(venue, symbol, timeframe, length),
    parts === null ? [] : api.candles(venue, symbol, parts.timeframe, parts.count).catch(() => []),
  ]);
  const newest = forming(closed, inside, timeframe);
  return newest === null ? closed : [...closed, newest];
}

/** Closed candles and the one forming, fetched for each market and timeframe, and again after a resync. */
export function useCandles(venue: string, symbol: string, timeframe: string) {
  const generation = useDash((state) => state.generation);
  const [turn, setTurn] = useState(0);
  const [data, setData] = useState<CandleData | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const key = `${venue}:${symbol}:${timeframe}`;

  useEffect(() => {
    let stale = false;
    fetchCandles(venue, symbol, timeframe).then(
      (bars) => {
        if (stale) return;
        setProblem(null);
        setData({ key, bars });
      },
      (error: unknown) => !stale && setProblem(messageOf(error)),
    );
    return () => {
      stale = true;
    };
  }, [venue, symbol, timeframe, key, turn, generation]);

  const retry = useCallback(() => {
    setProblem(null);
    setTurn((value) => value + 1);
  }, []);
  return { data: data?.key === key ? data : null, problem, retry };
}
