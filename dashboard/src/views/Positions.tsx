import { useState } from "react";

import { api } from "../api/client";
import type { Trade } from "../api/types";
import { DirectionTag, tone } from "../parts/Direction";
import { Empty, Panel } from "../parts/Panel";
import { useOnce } from "../parts/useOnce";
import { livePnl, progress, quoteOf } from "../state/derived";
import { moment, money, price } from "../state/format";
import type { State } from "../state/model";

type Say = (text: string, tone?: "good" | "bad") => void;

function CloseButton({ trade, say }: { trade: Trade; say: Say }) {
  const [asked, setAsked] = useState(false);
  const close = useOnce((key) => api.closeTrade(trade.id, key), say);
  if (!asked) {
    return <button type="button" data-testid="close-trade" onClick={() => setAsked(true)}>Close</button>;
  }
  return (
    <span className="confirm">
      <button type="button" className="danger" data-testid="confirm-close" disabled={close.busy} onClick={close.run} autoFocus>
        {close.busy ? "Closing …" : "Close at market?"}
      </button>
      <button type="button" className="quiet" disabled={close.busy} aria-label="Keep it open" onClick={() => setAsked(false)}>✕</button>
    </span>
  );
}

function Row({ trade, state, say }: { trade: Trade; state: State; say: Say }) {
  const quote = quoteOf(state, trade);
  const now = quote?.last ?? (trade.current_price === null ? null : Number(trade.current_price));
  const pnl = livePnl(trade, quote);
  const at = progress(trade, now);
  const currency = state.account?.currency ?? "USD";
  return (
    <tr data-testid="position-row" data-trade-id={trade.id}>
      <td data-label="Symbol"><b>{trade.symbol}</b></td>
      <td data-label="Direction"><DirectionTag direction={trade.direction} /></td>
      <td data-label="Size" className="number">{price(trade.quantity)}</td>
      <td data-label="Entry" className="number">{price(trade.entry_price)}</td>
      <td data-label="Now" className="number">{price(now)}</td>
      <td data-label="P&L" className={`number ${tone(pnl)}`}>{pnl === null ? "–" : money(pnl, currency, true)}</td>
      <td data-label="Stop to target">
        <span className="levels">
          <span>{price(trade.stop_loss)}</span>
          <meter min={0} max={1} value={at ?? 0} aria-label="From stop to target" />
          <span>{price(trade.take_profit)}</span>
        </span>
      </td>
      <td data-label="Opened"><time>{moment(trade.opened_at)}</time></td>
      <td><CloseButton trade={trade} say={say} /></td>
    </tr>
  );
}

export function Positions({ state, say }: { state: State; say: Say }) {
  return (
    <Panel title="Open positions" testId="open-positions" aside={<span className="count">{state.open.length}</span>}>
      {state.open.length === 0 ? (
        <Empty>No position is open.</Empty>
      ) : (
        <table>
          <thead>
            <tr>
              <th>Symbol</th><th>Direction</th><th className="number">Size</th><th className="number">Entry</th>
              <th className="number">Now</th><th className="number">P&amp;L</th><th>Stop to target</th><th>Opened</th>
              <th><span className="hidden">Close</span></th>
            </tr>
          </thead>
          <tbody>{state.open.map((trade) => <Row key={trade.id} trade={trade} state={state} say={say} />)}</tbody>
        </table>
      )}
    </Panel>
  );
}
