import type { Account, Quote, Trade } from "../api/types";

export type Quotes = Record<string, Quote>;

export function marketKey(market: { venue: string; symbol: string }): string {
  return `${market.venue}:${market.symbol}`;
}

/** What the trade is marked at: the quote's last price, else the server's. */
export function markPrice(trade: Trade, quote: Quote | undefined): number | null {
  if (quote !== undefined) return quote.last;
  return trade.current_price === null ? null : Number(trade.current_price);
}

/** What of the trade is still open, base units. */
export function openQuantity(trade: Trade): number {
  const left = Number(trade.quantity) - Number(trade.closed_quantity ?? 0);
  return Number(left.toPrecision(12));
}

/** The same as the server writes it. */
export function openSize(trade: Trade): string {
  if (Number(trade.closed_quantity ?? 0) === 0) return trade.quantity;
  return openQuantity(trade).toFixed(12).replace(/\.?0+$/, "");
}

/** Unrealized P&L before exit costs, account currency, as a float: for showing. The ledger holds the money. */
export function livePnl(trade: Trade, quote: Quote | undefined): number | null {
  const mark = markPrice(trade, quote);
  const entry = Number(trade.entry_price);
  // What a contract is worth is for its broker to say: its price is not the market's.
  if (mark === null || !entry || trade.market_type === "CONTRACT") {
    return trade.unrealized_pnl === null ? null : Number(trade.unrealized_pnl);
  }
  const sign = trade.direction === "LONG" ? 1 : -1;
  const gain = trade.inverse ? 1 / entry - 1 / mark : mark - entry;
  return sign * gain * openQuantity(trade) * Number(trade.contract_size ?? 1);
}

/** The same against the entry's notional, or a contract's stake, percent. */
export function livePnlPercent(trade: Trade, quote: Quote | undefined): number | null {
  const mark = markPrice(trade, quote);
  const entry = Number(trade.entry_price);
  if (mark === null || !entry || trade.market_type === "CONTRACT") return trade.pnl_percent;
  return ((trade.direction === "LONG" ? 1 : -1) * (mark - entry) * 100) / (trade.inverse ? mark : entry);
}

export function openPnl(open: Trade[], quotes: Quotes): number {
  return open.reduce((sum, trade) => sum + (livePnl(trade, quotes[marketKey(trade)]) ?? 0), 0);
}

/** The server's equity, with what the open trades stand at now in place of what they stood at then.
 * What is tied up in contracts is in the server's equity, beside the balance. */
export function liveEquity(account: Account, open: Trade[], quotes: Quotes): number {
  return Number(account.equity) - Number(account.unrealized_pnl) + openPnl(open, quotes);
}

/** Where `mark` lies on the way from the stop (0) to the target (1); null when a level is missing. */
export function wayToTarget(trade: Trade, mark: number | null): number | null {
  if (mark === null || trade.stop_loss === null || trade.take_profit === null) return null;
  const stop = Number(trade.stop_loss);
  const span = Number(trade.take_profit) - stop;
  return span === 0 ? null : Math.min(1, Math.max(0, (mark - stop) / span));
}

/** How far the price may move before it reaches `level`, percent of the price */
export function distancePercent(level: string | null, mark: number | null): number | null {
  if (level === null || mark === null || mark === 0) return null;
  return (Math.abs(Number(level) - mark) / mark) * 100;
}

export type Tone = "up" | "down" | "flat";

/** The color of a profit or loss; an amount that rounds to nothing has none. */
export function toneOf(amount: number | string | null): Tone {
  const value = Number(amount ?? 0);
  if (!Number.isFinite(value) || Math.abs(value) < 0.005) return "flat";
  return value > 0 ? "up" : "down";
}
