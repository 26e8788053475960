import { useState } from "react";

import { api } from "../../api/client";
import type { FieldErrors } from "../../api/http";
import type { KillRequest } from "../../api/sessionTypes";
import { useDash } from "../../state/context";
import { useRole } from "../../state/rights";
import { Dialog } from "../../ui/Dialog";
import { SwitchRow } from "../../ui/Field";
import { TextField } from "../../ui/TextField";
import { useOnce } from "../../ui/useOnce";
import { toasts } from "../toasts/toasts";
import type { KillState } from "./useKillSwitch";
import { atStake } from "./words";

const SHOWN = ["reason", "close_positions", "everybody"];

interface Wish {
  reason: string;
  closing: boolean;
  everybody: boolean;
}

interface WishesProps {
  wish: Wish;
  errors: FieldErrors;
  change: (part: Partial<Wish>) => void;
}

function Wishes({ wish, errors, change }: WishesProps) {
  const role = useRole();
  return (
    <>
      <TextField
        name="reason"
        label="Reason"
        data-focus=""
        maxLength={200}
        placeholder="For the record"
        value={wish.reason}
        errors={errors["reason"]}
        onChange={(event) => change({ reason: event.target.value })}
      />
      <SwitchRow
        name="close_positions"
        label="Also close all positions"
        hint="At the market, at whatever it pays at this moment."
        checked={wish.closing}
        errors={errors["close_positions"]}
        change={(closing) => change({ closing })}
      />
      {role === "admin" && (
        <SwitchRow
          name="everybody"
          label="For everybody"
          hint="Every user's accounts, until an administrator lifts it."
          checked={wish.everybody}
          errors={errors["everybody"]}
          change={(everybody) => change({ everybody })}
        />
      )}
    </>
  );
}

const WHAT = {
  engage:
    "At once, no order opens anything in any of your accounts, and orders that wait at brokers are cancelled. Stops and targets of open positions stay in force. It stays so until you lift it.",
  close: "The kill switch is engaged. Positions that are still open can be closed at the market, too.",
};

/** Asked once, with all that follows said; engaged already, it can still be told to close the positions. */
export function EngageDialog({ kill, close }: { kill: KillState; close: () => void }) {
  const accounts = useDash((state) => state.accounts);
  const already = kill.known?.engaged === true;
  const [wish, setWish] = useState<Wish>({ reason: "", closing: already, everybody: already && kill.known?.everybody === true });
  const send = useOnce(async (key) => {
    const body: KillRequest = { engaged: true, reason: wish.reason.trim(), close_positions: wish.closing };
    if (wish.everybody) body.everybody = true;
    kill.apply(await api.moveKillSwitch(body, key));
    toasts.show({ tone: "info", title: "The kill switch is engaged", text: "No order opens anything until it is lifted." });
    close();
  });
  const change = (part: Partial<Wish>) => {
    send.renew();
    setWish({ ...wish, ...part });
  };
  const doing = already ? "Close all positions" : wish.closing ? "Stop trading and close all" : "Stop all trading";

  return (
    <Dialog title={already ? "Close all positions" : "Stop all trading"} close={close} busy={send.busy} className="kill-dialog" testId="kill-dialog">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send.run();
        }}
      >
        <p>{already ? WHAT.close : WHAT.engage}</p>
        <p className="muted" data-testid="kill-stake">
          {atStake(accounts)}
        </p>
        {!already && <Wishes wish={wish} errors={send.problem?.fields ?? {}} change={change} />}
        {send.problem && !SHOWN.some((name) => send.problem?.fields[name]) && (
          <p className="form-error" role="alert">
            {send.problem.message}
          </p>
        )}
        <div className="form-foot">
          <button type="submit" className="button danger" disabled={send.busy} data-testid="kill-confirm">
            {send.busy ? "Stopping…" : doing}
          </button>
          <button type="button" className="button ghost" disabled={send.busy} onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
