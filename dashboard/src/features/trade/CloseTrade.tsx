import { useEffect, useRef, useState } from "react";

import { api } from "../../api/client";
import type { CloseRequest, TradeDetail } from "../../api/tradeTypes";
import type { Account } from "../../api/types";
import { quantity } from "../../lib/format";
import { openSize } from "../../lib/pnl";
import { useController } from "../../state/context";
import { Act } from "../../ui/Act";
import { FieldErrorText } from "../../ui/Field";
import { Panel } from "../../ui/Panel";
import { useOnce } from "../../ui/useOnce";
import { toasts } from "../toasts/toasts";
import { AskTrade } from "./AskTrade";

const PERCENTS = ["25", "50", "75"];

interface CloseProps {
  trade: TradeDetail;
  account: Account | undefined;
  reload: () => void;
}

function said({ percent, quantity: size }: CloseRequest, open: string): string {
  if (size !== undefined) return `${size} of the ${open} that are open`;
  return percent === undefined ? `All of it, ${open}` : `${percent}% of the ${open} that are open`;
}

/** Ending an open trade, or a part of it, at the market. Each wish is a request of its own. */
export function CloseTrade({ trade, account, reload }: CloseProps) {
  const controller = useController();
  const [size, setSize] = useState("");
  const [asked, setAsked] = useState<CloseRequest | null>(null);
  const wish = useRef<CloseRequest>({});
  const send = useOnce(async (key) => {
    try {
      const changed = await api.closePart(trade.id, wish.current, key);
      setSize("");
      controller.tradeChanged(changed);
      const text = changed.status === "CLOSED" ? changed.realized_pnl_formatted : changed.status === "CLOSING" ? "The broker is filling it." : "The rest stays open.";
      toasts.show({ tone: "good", title: `${trade.symbol} ${changed.status === "CLOSED" ? "closed" : "reduced"}`, text });
    } finally {
      setAsked(null);
    }
  });
  const { problem, renew } = send;
  useEffect(() => {
    if (problem?.status === 409) reload();
  }, [problem, reload]);

  const ask = (body: CloseRequest) => {
    if (JSON.stringify(wish.current) !== JSON.stringify(body)) renew();
    wish.current = body;
    setAsked(body);
  };
  const open = quantity(openSize(trade));
  const closing = trade.status !== "OPEN";
  const busy = send.busy || closing;
  const divisible = trade.market_type !== "CONTRACT";
  const wrong = problem?.fields["quantity"];
  return (
    <Panel title="Close" testId="trade-close" aside={<span className="muted">{open} open</span>}>
      <Act forbidden={busy}>
        <form
          className="close-trade"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (size.trim() !== "") ask({ quantity: size.trim() });
          }}
        >
          {divisible && (
            <>
              <div className="row-actions" role="group" aria-label="Close a part">
                {PERCENTS.map((percent) => (
                  <button key={percent} type="button" className="button" data-testid={`close-${percent}`} onClick={() => ask({ percent })}>
                    {percent}%
                  </button>
                ))}
              </div>
              <div className="close-size">
                <input
                  type="number"
                  step="any"
                  inputMode="decimal"
                  aria-label="Quantity to close"
                  placeholder="Quantity"
                  value={size}
                  aria-invalid={Boolean(wrong)}
                  aria-describedby="close-size-error"
                  data-testid="field-close-quantity"
                  onChange={(event) => {
                    renew();
                    setSize(event.target.value);
                  }}
                />
                <button type="submit" className="button" disabled={size.trim() === ""} data-testid="close-quantity">
                  Close part
                </button>
              </div>
              <FieldErrorText id="close-size-error" errors={wrong} />
            </>
          )}
          <button type="button" className="button danger" data-testid="close-all" onClick={() => ask({})}>
            {closing ? "Closing…" : "Close all"}
          </button>
          {problem && !wrong && (
            <p className="form-error" role="alert" data-testid="close-problem">
              {problem.fields["percent"]?.join(" ") ?? problem.message}
            </p>
          )}
        </form>
      </Act>
      {asked && (
        <AskTrade
          title={`Close ${trade.symbol} ${trade.direction}`}
          account={account}
          confirm="Close at the market"
          busyText="Closing…"
          busy={send.busy}
          danger
          run={send.run}
          close={() => setAsked(null)}
        >
          <p data-testid="close-said">{said(asked, open)}, at whatever the market pays at this moment.</p>
        </AskTrade>
      )}
    </Panel>
  );
}
