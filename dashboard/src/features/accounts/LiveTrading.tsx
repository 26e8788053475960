import { useState } from "react";

import { api } from "../../api/client";
import type { Account } from "../../api/types";
import { useController } from "../../state/context";
import { Act } from "../../ui/Act";
import { Icon } from "../../ui/icons";
import { TextField } from "../../ui/TextField";
import { type Once, useOnce } from "../../ui/useOnce";

interface ArmingProps {
  account: Account;
  typed: string;
  type: (text: string) => void;
  send: Once;
  cancel: () => void;
}

function Arming({ account, typed, type, send, cancel }: ArmingProps) {
  const errors = send.problem?.fields["confirm"];
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (typed === account.name) send.run();
      }}
    >
      <p>
        Signalist will place orders with <b>real money</b> at {account.broker_name ?? account.broker}, by itself, as long as
        auto-trading is on. Losses are real.
      </p>
      <TextField
        name="confirm"
        label={`Type the account's name to confirm: ${account.name}`}
        required
        autoFocus
        value={typed}
        errors={errors}
        onChange={(event) => type(event.target.value)}
      />
      <div className="form-foot">
        <button type="submit" className="button danger" disabled={send.busy || typed !== account.name} data-testid="live-confirm">
          {send.busy ? "Switching on…" : "Trade with real money"}
        </button>
        <button type="button" className="button ghost" disabled={send.busy} onClick={cancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

/** The switch between an account that is only watched and one that spends real money. Off is one click, on is not. */
export function LiveTrading({ account }: { account: Account }) {
  const { store } = useController();
  const [asked, setAsked] = useState(false);
  const [typed, setTyped] = useState("");
  const on = account.live_trading_enabled === true;
  const send = useOnce(async () => {
    const body = on ? { enabled: false } : { enabled: true, confirm: typed };
    store.dispatch({ type: "account", account: await api.setLiveTrading(account.id, body) });
    hide();
  });

  function hide() {
    setAsked(false);
    setTyped("");
    send.clear();
  }

  return (
    <div className={`live-trading ${on ? "armed" : ""}`} data-testid="live-trading">
      <p role="status">
        <Icon name="alert" />
        {on ? (
          <span>
            <b>REAL MONEY.</b> Live trading is on.
          </span>
        ) : (
          <span>Live trading is off: no order is sent.</span>
        )}
      </p>
      {asked && !on ? (
        <Arming account={account} typed={typed} type={setTyped} send={send} cancel={hide} />
      ) : (
        <Act>
          <button
            type="button"
            className={`button small ${on ? "" : "danger-outline"}`}
            disabled={send.busy}
            data-testid="live-switch"
            aria-label={`${on ? "Switch off" : "Switch on"} live trading of ${account.name}`}
            onClick={() => (on ? send.run() : setAsked(true))}
          >
            {on ? (send.busy ? "Switching off…" : "Switch off") : "Switch on…"}
          </button>
        </Act>
      )}
      {send.problem && !send.problem.fields["confirm"] && (
        <p className="form-error" role="alert">
          {send.problem.message}
        </p>
      )}
    </div>
  );
}
