import type { Trade } from "../../api/types";
import { bucket } from "../../lib/candles";

/** What a mark tells of its trade. */
export type Marked = Pick<Trade, "id" | "direction" | "realized_pnl" | "realized_pnl_formatted">;

export interface Mark {
  /** Open of the candle it belongs to, epoch seconds. */
  time: number;
  kind: "entry" | "exit" | "part";
  trade: Marked;
  /** Beside a part that was closed. */
  label?: string;
}

/** A level over time: from each point on it is in force, null while there was none. */
export interface Trail {
  kind: "stop" | "target";
  points: { time: number; price: number | null }[];
}

export const seconds = (iso: string) => Date.parse(iso) / 1000;

/** Entries and exits from `since` (epoch seconds) on, in the order that the chart asks for. */
export function marksOf(trades: Trade[], timeframe: string, since: number): Mark[] {
  const marks: Mark[] = [];
  for (const trade of trades) {
    if (trade.opened_at !== null && trade.entry_price !== null) {
      marks.push({ time: bucket(seconds(trade.opened_at), timeframe), kind: "entry", trade });
    }
    if (trade.closed_at !== null && trade.exit_price !== null) {
      marks.push({ time: bucket(seconds(trade.closed_at), timeframe), kind: "exit", trade });
    }
  }
  return marks.filter((mark) => mark.time >= since).sort((a, b) => a.time - b.time || a.trade.id - b.trade.id);
}

export interface Level {
  price: number;
  kind: "entry" | "stop" | "target";
  title: string;
}

/** The levels of open trades; where both directions are open, each says which it belongs to. */
export function levelsOf(open: Trade[]): Level[] {
  const both = new Set(open.map((trade) => trade.direction)).size > 1;
  return open.flatMap((trade) => {
    const prefix = both ? `${trade.direction.toLowerCase()} ` : "";
    const found: Level[] = [];
    const add = (kind: Level["kind"], value: string | null) => {
      if (value !== null) found.push({ kind, price: Number(value), title: `${prefix}${kind}` });
    };
    add("entry", trade.entry_price);
    add("stop", trade.stop_loss);
    add("target", trade.take_profit);
    return found;
  });
}
