import type { TradeDetail } from "../../api/tradeTypes";

/** The move to `mark` over the move to the first stop; null without a stop on the losing side. */
export function liveMultiple({ direction, entry_price, initial_stop }: TradeDetail, mark: number | null): number | null {
  if (mark === null || entry_price === null || initial_stop === null) return null;
  const sign = direction === "LONG" ? 1 : -1;
  const risk = sign * (Number(entry_price) - Number(initial_stop));
  return risk > 0 ? (sign * (mark - Number(entry_price))) / risk : null;
}
