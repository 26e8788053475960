import type { Trade } from "../../api/types";
import { Link } from "../../app/router";

/** To the page of one trade, beside what names it. */
export function TradeLink({ trade }: { trade: Trade }) {
  return (
    <Link to={`/trades/${trade.id}`} className="trade-link" testId="trade-link" label={`Trade ${trade.id}, ${trade.symbol} ${trade.direction}`}>
      #{trade.id}
    </Link>
  );
}
