import type { Quote, Trade } from "../api/types";
import { quoteKey, type State } from "./model";

/** Unrealised P&L before exit costs, account currency. For showing only: the server's ledger holds the money. */
export function livePnl(trade: Trade, quote: Quote | undefined): number | null {
  if (trade.entry_price === null) return null;
  const price = quote?.last ?? (trade.current_price === null ? null : Number(trade.current_price));
  if (price === null) return null;
  const sign = trade.direction === "LONG" ? 1 : -1;
  return sign * (price - Number(trade.entry_price)) * Number(trade.quantity) * Number(trade.contract_size);
}

export function quoteOf(state: State, trade: Trade): Quote | undefined {
  return state.quotes[quoteKey(trade.venue, trade.symbol)];
}

/** Balance and what the open trades stand at, account currency. */
export function liveEquity(state: State): number | null {
  if (state.account === null) return null;
  const open = state.open.reduce((sum, trade) => sum + (livePnl(trade, quoteOf(state, trade)) ?? 0), 0);
  return Number(state.account.balance) + open;
}

/** Where the price stands between stop (0) and target (1); null when a level is missing. */
export function progress(trade: Trade, price: number | null): number | null {
  if (price === null || trade.stop_loss === null || trade.take_profit === null) return null;
  const stop = Number(trade.stop_loss);
  return Math.min(1, Math.max(0, (price - stop) / (Number(trade.take_profit) - stop)));
}
