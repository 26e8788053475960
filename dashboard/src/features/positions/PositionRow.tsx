import { memo } from "react";

import type { Trade } from "../../api/types";
import { money, price, quantity, signedPercent } from "../../lib/format";
import { livePnl, livePnlPercent, marketKey, markPrice, openSize, toneOf } from "../../lib/pnl";
import { duration, moment, secondsSince } from "../../lib/time";
import { useDash } from "../../state/context";
import { Act } from "../../ui/Act";
import { CodeBadge, DirectionBadge } from "../../ui/badges";
import { useNow } from "../../ui/useNow";
import { chooseMarket } from "../chart/choice";
import { TradeLink } from "../trade/TradeLink";
import { CloseButton } from "./CloseButton";
import { ContractFacts } from "./ContractFacts";
import { LevelBar } from "./LevelBar";

function Age({ since }: { since: string | null }) {
  const now = useNow(1000);
  return <time dateTime={since ?? undefined}>{duration(secondsSince(since, now))}</time>;
}

export const PositionRow = memo(function PositionRow({ trade, currency }: { trade: Trade; currency: string }) {
  const key = marketKey(trade);
  const quote = useDash((state) => state.quotes[key]);
  const tick = useDash((state) => state.symbols.find((item) => marketKey(item) === key)?.tick_size);
  const mark = markPrice(trade, quote);
  const pnl = livePnl(trade, quote);
  const tone = toneOf(pnl);
  return (
    <tr role="row" data-testid="position-row" data-trade-id={trade.id} data-status={trade.status}>
      <th role="rowheader" scope="row" className="cell-title">
        <button type="button" className="link" title="Show it in the chart" onClick={() => chooseMarket(trade)}>
          {trade.symbol}
        </button>
        <DirectionBadge direction={trade.direction} />
        <TradeLink trade={trade} />
        {trade.status === "CLOSING" && <CodeBadge code={trade.status} />}
        {trade.contract && <ContractFacts contract={trade.contract} currency={currency} />}
      </th>
      <td role="cell" data-label="Size" className="number">
        {quantity(openSize(trade))}
      </td>
      <td role="cell" data-label="Entry" className="number">
        {price(trade.entry_price, tick)}
      </td>
      <td role="cell" data-label="Price" className="number" data-testid="position-price">
        {price(mark, tick)}
      </td>
      <td role="cell" data-label="P&amp;L" className={`number ${tone}`}>
        <b data-testid="position-pnl">{money(pnl, currency, true)}</b>
        <small>{signedPercent(livePnlPercent(trade, quote))}</small>
      </td>
      <td role="cell" data-label="Stop to target" className="cell-levels">
        <LevelBar trade={trade} mark={mark} tick={tick} />
        {trade.stop_held === "BROKER" && trade.stop_loss !== null && (
          <small className="badge plain stop-held" data-testid="stop-held" title="The broker acts on the stop, even while Signalist is away.">
            stop at broker
          </small>
        )}
      </td>
      <td role="cell" data-label="Open for" className="number" title={`Opened ${moment(trade.opened_at)}`}>
        <Age since={trade.opened_at} />
      </td>
      <td role="cell" data-label="Strategy" className="muted clip cell-strategy">
        {trade.strategy || trade.session_name || "–"}
      </td>
      <td role="cell" className="cell-action">
        <Act>
          <CloseButton trade={trade} />
        </Act>
      </td>
    </tr>
  );
});
