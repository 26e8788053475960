import { useEffect, useRef, useState } from "react";

import { api } from "../../api/client";
import type { TradeDetail } from "../../api/tradeTypes";
import type { Account } from "../../api/types";
import { useController } from "../../state/context";
import { Act } from "../../ui/Act";
import { Field } from "../../ui/Field";
import { Panel } from "../../ui/Panel";
import { useOnce } from "../../ui/useOnce";
import { ExitFields } from "../sessions/editor/Exits";
import { toasts } from "../toasts/toasts";
import { AskTrade } from "./AskTrade";
import { atTheirFields, changesSaid, manageDraft, type ManageDraft, tradeChanges } from "./manage";

const PLACED = ["stop_loss", "take_profit", "exit_plan"];

interface ManageProps {
  trade: TradeDetail;
  account: Account | undefined;
  tick: number | undefined;
  apply: (trade: TradeDetail) => void;
  reload: () => void;
}

/** Stop, target and exit plan of an open trade. What is being edited is kept; the rest follows the server. */
export function ManageTrade({ trade, account, tick, apply, reload }: ManageProps) {
  const controller = useController();
  const form = useRef<HTMLFormElement>(null);
  const [edits, setEdits] = useState<Partial<ManageDraft>>({});
  const [asked, setAsked] = useState(false);
  const draft = { ...manageDraft(trade), ...edits };
  const changes = tradeChanges(trade, draft);
  const dirty = Object.keys(changes).length > 0;

  const send = useOnce(async (key) => {
    try {
      const changed = await api.modifyTrade(trade.id, changes, key);
      setEdits({});
      apply(changed);
      controller.tradeChanged(changed);
      toasts.show({ tone: "good", title: "Trade changed", text: `${trade.symbol} ${trade.direction}` });
    } finally {
      setAsked(false);
    }
  });
  const { problem, renew } = send;
  useEffect(() => {
    if (problem === null) return;
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    if (problem.status === 409) reload();
  }, [problem, reload]);

  const edit = (part: Partial<ManageDraft>) => {
    renew();
    setEdits({ ...edits, ...part });
  };
  const discard = () => {
    renew();
    setEdits({});
  };
  const errors = atTheirFields(problem?.fields ?? {});
  const rest = Object.entries(errors).filter(([name]) => !PLACED.some((place) => name === place || name.startsWith(`${place}.`)));
  const unplaced = rest.map(([, messages]) => messages.join(" ")).join(" ");
  const closing = trade.status !== "OPEN";

  return (
    <Panel title="Manage" testId="trade-manage">
      <form
        ref={form}
        className="manage"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (dirty && !send.busy) setAsked(true);
        }}
      >
        <Act forbidden={closing || send.busy}>
          <Field
            name="stop_loss"
            label="Stop loss"
            hint="Price. Emptied, it is removed."
            step="any"
            value={draft.stop_loss}
            errors={errors["stop_loss"]}
            change={(stop_loss) => edit({ stop_loss })}
          />
          <Field
            name="take_profit"
            label="Take profit"
            hint="Price. Emptied, it is removed."
            step="any"
            value={draft.take_profit}
            errors={errors["take_profit"]}
            change={(take_profit) => edit({ take_profit })}
          />
          <ExitFields
            exit={draft.exit}
            errors={errors}
            set={(part) => edit({ exit: { ...draft.exit, ...part } })}
            untargeted="None but the take profit above, which closes all of it."
          />
          {problem && (
            <p className="form-error" role="alert" data-testid="manage-problem">
              {Object.keys(errors).length === 0 ? problem.message : unplaced || "Some fields need another look."}
            </p>
          )}
          <div className="form-foot">
            <button type="submit" className="button primary" disabled={!dirty || send.busy} data-testid="manage-review">
              Review changes…
            </button>
            <button type="button" className="button ghost" disabled={!dirty || send.busy} data-testid="manage-discard" onClick={discard}>
              Discard
            </button>
          </div>
        </Act>
        {closing && <p className="note manage-note">It is being closed: nothing can be changed now.</p>}
      </form>
      {asked && (
        <AskTrade
          title={`Change ${trade.symbol} ${trade.direction}`}
          account={account}
          confirm="Change the trade"
          busyText="Changing…"
          busy={send.busy}
          run={send.run}
          close={() => setAsked(false)}
        >
          <ul className="said" data-testid="manage-said">
            {changesSaid(trade, changes, tick).map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </AskTrade>
      )}
    </Panel>
  );
}
