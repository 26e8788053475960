import "../styles/sessionEditor.css";
import "../styles/decisions.css";
import "../styles/trade.css";

import { Link } from "../app/router";
import { TradeView } from "../features/trade/TradeView";
import { Empty } from "../ui/states";

export function TradePage({ part }: { part: string }) {
  const id = Number(part);
  if (!Number.isSafeInteger(id) || id < 1) {
    return (
      <Empty title="There is no such trade">
        <Link to="/trades">See all trades</Link>
      </Empty>
    );
  }
  return <TradeView key={id} id={id} />;
}
