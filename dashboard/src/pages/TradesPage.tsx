import { TradeHistory } from "../features/history/TradeHistory";
import { OpenPositions } from "../features/positions/OpenPositions";

export function TradesPage() {
  return (
    <div className="stack">
      <h1 className="visually-hidden">Trades</h1>
      <OpenPositions />
      <TradeHistory />
    </div>
  );
}
