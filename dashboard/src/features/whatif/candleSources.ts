/** Whose stored candles a session's signals can be traded over again. */

import type { Series } from "../../api/backtestTypes";
import type { Session } from "../../api/sessionTypes";
import { TIMEFRAMES } from "../../lib/candles";

export interface CandleSource {
  venue: string;
  /** Its latest candle's close, ISO. */
  until: string | null;
}

/** The venues that have candles of the session's timeframe and of a symbol of its, its own first. */
export function sourcesOf({ venue, symbols, timeframe }: Session, series: Series[]): CandleSource[] {
  const fitting = series.filter((item) => item.timeframe === timeframe && (symbols.length === 0 ? item.venue === venue : symbols.includes(item.symbol)));
  const venues = [...new Set(fitting.map((item) => item.venue))].sort((a, b) => Number(b === venue) - Number(a === venue));
  return venues.map((name) => {
    const ends = fitting.filter((item) => item.venue === name).flatMap((item) => (item.end === null ? [] : [Date.parse(item.end)]));
    const step = (TIMEFRAMES[timeframe] ?? 0) * 1000;
    return { venue: name, until: ends.length ? new Date(Math.max(...ends) + step).toISOString() : null };
  });
}

/** What is asked for by a source: the session's own venue needs no name. */
export function sourceRequest({ venue, until }: CandleSource, session: Session): { venue?: string; end?: string } {
  return { ...(venue === session.venue ? {} : { venue }), ...(until === null ? {} : { end: until }) };
}
