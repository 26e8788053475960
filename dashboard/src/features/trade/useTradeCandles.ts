import { useEffect, useState } from "react";

import { api } from "../../api/client";
import { messageOf } from "../../api/http";
import type { Bar } from "../../api/types";
import type { TradeDetail } from "../../api/tradeTypes";
import { useDash } from "../../state/context";
import { seconds } from "../chart/markers";
import { type CandleData, fetchCandles } from "../chart/useCandles";
import { timeframesFor, windowFor } from "./chartData";

const REPLAY = "replay-";
const LONGEST = 1000;

interface Span {
  venue: string;
  symbol: string;
  opened: number;
  /** Null while it is open. */
  closed: number | null;
}

/** A replay has a time of its own: of an open trade there, nobody here knows how long it has been open. */
function length({ venue, opened, closed }: Span): number {
  if (closed !== null) return closed - opened;
  return venue.startsWith(REPLAY) ? 3600 : Math.max(60, Date.now() / 1000 - opened);
}

async function barsOf({ venue, symbol, opened, closed }: Span, timeframe: string, span: number): Promise<Bar[]> {
  const { limit, before } = windowFor(opened, closed ?? opened + span, timeframe);
  if (closed !== null) return api.candles(venue, symbol, timeframe, limit, before);
  return fetchCandles(venue, symbol, timeframe, venue.startsWith(REPLAY) ? LONGEST : limit);
}

/** The candles from before the entry to after the exit, in the finest timeframe that has them. Raises ApiError. */
async function fetchSpan(span: Span): Promise<{ timeframe: string; bars: Bar[] }> {
  const long = length(span);
  let most: { timeframe: string; bars: Bar[] } | null = null;
  for (const timeframe of timeframesFor(long)) {
    const bars = await barsOf(span, timeframe, long);
    if (bars.length > 0 && (bars[0]?.time ?? 0) <= span.opened) return { timeframe, bars };
    if (bars.length > (most?.bars.length ?? 0)) most = { timeframe, bars };
  }
  return most ?? { timeframe: "1m", bars: [] };
}

export interface TradeCandles {
  data: CandleData | null;
  timeframe: string;
  problem: string | null;
  retry: () => void;
}

export function useTradeCandles({ venue, symbol, opened_at, closed_at }: TradeDetail): TradeCandles {
  const generation = useDash((state) => state.generation);
  const [turn, setTurn] = useState(0);
  const [held, setHeld] = useState<{ data: CandleData; timeframe: string } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    if (opened_at === null) return undefined;
    let stale = false;
    const span = { venue, symbol, opened: seconds(opened_at), closed: closed_at === null ? null : seconds(closed_at) };
    fetchSpan(span).then(
      ({ timeframe, bars }) => {
        if (stale) return;
        setProblem(null);
        setHeld({ timeframe, data: { key: `${venue}:${symbol}:${timeframe}:${closed_at}`, bars } });
      },
      (error: unknown) => !stale && setProblem(messageOf(error)),
    );
    return () => {
      stale = true;
    };
  }, [venue, symbol, opened_at, closed_at, generation, turn]);

  const retry = () => {
    setProblem(null);
    setTurn(turn + 1);
  };
  return { data: held?.data ?? null, timeframe: held?.timeframe ?? "1m", problem, retry };
}
