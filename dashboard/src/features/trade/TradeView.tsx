import { Link } from "../../app/router";
import { marketKey } from "../../lib/pnl";
import { useDash } from "../../state/context";
import { isOpen } from "../../state/trades";
import { Panel } from "../../ui/Panel";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import { CloseTrade } from "./CloseTrade";
import { Fills } from "./Fills";
import { JournalPanel } from "./JournalPanel";
import { ManageTrade } from "./ManageTrade";
import { planWords, stopWords } from "./planWords";
import { TradeChart } from "./TradeChart";
import { TradeDecision } from "./TradeDecision";
import { TradeHead } from "./TradeHead";
import { type TradeState, useTradeDetail } from "./useTradeDetail";

function Told({ state: { trade, apply, reload, problem } }: { state: TradeState }) {
  const account = useDash((state) => state.accounts.find((item) => item.id === trade?.account));
  const key = trade === null ? "" : marketKey(trade);
  const tick = useDash((state) => state.symbols.find((item) => marketKey(item) === key)?.tick_size);
  if (trade === null) return null;
  const open = isOpen(trade);
  const plan = planWords(trade, tick);
  const currency = account?.currency ?? "USD";
  return (
    <>
      {problem !== null && (
        <p className="form-error" role="status">
          It may have changed meanwhile: {problem}
        </p>
      )}
      <TradeHead trade={trade} account={account} tick={tick} />
      <div className="trade-columns">
        <div className="stack">
          <TradeChart trade={trade} tick={tick} />
          <Fills fills={trade.fills} currency={currency} tick={tick} />
          <TradeDecision decision={trade.decision} />
        </div>
        <div className="stack">
          <Panel title="Exit plan" testId="trade-plan">
            <ul className="said">
              {open && <li>{stopWords(trade)}</li>}
              {plan.map((text) => (
                <li key={text}>{text}</li>
              ))}
              {plan.length === 0 && <li className="muted">{open ? "Nothing but its stop and its target ends it." : "It had a stop and a target, and no plan beyond them."}</li>}
            </ul>
          </Panel>
          {open && <CloseTrade trade={trade} account={account} reload={reload} />}
          {open && <ManageTrade trade={trade} account={account} tick={tick} apply={apply} reload={reload} />}
          <JournalPanel trade={trade} saved={(journal) => apply({ ...trade, ...journal })} />
        </div>
      </div>
    </>
  );
}

/** One trade, from the decision behind it to what was learned from it. */
export function TradeView({ id }: { id: number }) {
  const state = useTradeDetail(id);
  if (state.gone) {
    return (
      <Empty title="There is no such trade">
        <Link to="/trades">See all trades</Link>
      </Empty>
    );
  }
  if (state.trade === null && state.problem !== null) {
    return <ErrorState title="The trade cannot be loaded" message={state.problem} retry={state.reload} />;
  }
  return (
    <div className="trade-view">
      <p className="crumb">
        <Link to="/trades">← All trades</Link>
      </p>
      {state.trade === null ? <Skeleton lines={14} /> : <Told state={state} />}
    </div>
  );
}
