import { useState } from "react";

import { Dialog } from "../../ui/Dialog";
import { SwitchRow } from "../../ui/Field";
import { TextField } from "../../ui/TextField";
import type { AskProps } from "./StartReal";

/** Ends a session at once, and, where asked, all that it holds. */
export function KillSession({ session, account, problem, busy, close, send }: AskProps & { send: (body: object) => void }) {
  const [reason, setReason] = useState("");
  const [closing, setClosing] = useState(false);
  const fields = problem?.fields ?? {};
  return (
    <Dialog title={`Kill ${session.name}`} close={close} busy={busy} testId="session-kill-dialog">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send({ reason: reason.trim(), close_positions: closing });
        }}
      >
        <p>
          It stops deciding at once, and orders of its own that wait in {account.name} are cancelled. It starts again only by
          hand.
        </p>
        <TextField
          name="reason"
          label="Reason"
          data-focus=""
          maxLength={200}
          placeholder="For the record"
          value={reason}
          errors={fields["reason"]}
          onChange={(event) => setReason(event.target.value)}
        />
        <SwitchRow
          name="close_positions"
          label="Also close its positions"
          hint="At the market. Left open, their stops and targets stay in force."
          checked={closing}
          errors={fields["close_positions"]}
          change={setClosing}
        />
        {problem && !fields["reason"] && !fields["close_positions"] && (
          <p className="form-error" role="alert">
            {problem.message}
          </p>
        )}
        <div className="form-foot">
          <button type="submit" className="button danger" disabled={busy} data-testid="session-kill-confirm">
            {busy ? "Killing…" : closing ? "Kill and close positions" : "Kill the session"}
          </button>
          <button type="button" className="button ghost" disabled={busy} onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
