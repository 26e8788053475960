import type { Trade } from "../api/types";
import { REMEMBERED, type State } from "./model";

/** A trade that holds a position, or is letting go of it. */
export function isOpen(trade: Trade): boolean {
  return trade.status === "OPEN" || trade.status === "CLOSING";
}

/** The state with what is now known of a trade. One that is over stays over, whatever arrives late. */
export function withTrade(state: State, trade: Trade): State {
  if (trade.account !== state.account?.id || state.over.includes(trade.id)) return state;
  if (isOpen(trade)) {
    const known = state.open.some((item) => item.id === trade.id);
    const open = known
      ? state.open.map((item) => (item.id === trade.id ? trade : item))
      : [trade, ...state.open].sort((a, b) => b.id - a.id);
    return { ...state, open };
  }
  if (trade.status === "PENDING") return state;
  return {
    ...state,
    open: state.open.filter((item) => item.id !== trade.id),
    over: [...state.over, trade.id].slice(-REMEMBERED),
  };
}

/** What a list of trades was asked for; empty means any. */
export interface TradeFilters {
  account: number;
  symbol?: string;
  venue?: string;
  direction?: string;
  status?: string;
  exit_reason?: string;
}

export function matches(trade: Trade, filters: TradeFilters): boolean {
  const fields = ["symbol", "venue", "direction", "status", "exit_reason"] as const;
  return trade.account === filters.account && fields.every((name) => !filters[name] || trade[name] === filters[name]);
}

export interface TradePage {
  count: number;
  trades: Trade[];
}

/** A fetched page, newest first, after news of a trade: changed in place, gone, or (on the first page) added on top. */
export function mergeIntoPage(
  page: TradePage,
  trade: Trade,
  filters: TradeFilters,
  { first, length }: { first: boolean; length: number },
): TradePage {
  const here = page.trades.find((item) => item.id === trade.id);
  const fits = matches(trade, filters);
  if (here !== undefined) {
    if (here.status === "CLOSED" && trade.status !== "CLOSED") return page;
    if (!fits) return { count: page.count - 1, trades: page.trades.filter((item) => item.id !== trade.id) };
    return { ...page, trades: page.trades.map((item) => (item.id === trade.id ? trade : item)) };
  }
  const oldest = page.trades.at(-1);
  const belongs = fits && (page.trades.length < length || (oldest !== undefined && trade.id > oldest.id));
  if (!first || !belongs) return page;
  const trades = [...page.trades, trade].sort((a, b) => b.id - a.id).slice(0, length);
  return { count: page.count + 1, trades };
}
