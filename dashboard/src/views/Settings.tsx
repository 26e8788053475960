import { type FormEvent, useState } from "react";

import { api, ApiError } from "../api/client";
import type { Account } from "../api/types";
import { Panel } from "../parts/Panel";
import { useOnce } from "../parts/useOnce";

interface Props {
  account: Account;
  say: (text: string, tone?: "good" | "bad") => void;
  done: () => void;
}

function FieldError({ errors, name }: { errors: Record<string, string[]>; name: string }) {
  const found = errors[name];
  return found ? <span role="alert" className="down">{found.join(" ")}</span> : null;
}

function SettingsForm({ account, say }: Omit<Props, "done">) {
  const [errors, setErrors] = useState<Record<string, string[]>>({});
  const [busy, setBusy] = useState(false);
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setErrors({});
    try {
      await api.settings(account.id, {
        min_signal_confidence: String(form.get("min_signal_confidence")),
        max_position_size: (Number(form.get("max_position_percent")) / 100).toFixed(4),
        max_open_trades: Number(form.get("max_open_trades")),
        auto_trade_spot: form.get("auto_trade_spot") === "on",
        auto_trade_futures: form.get("auto_trade_futures") === "on",
      });
      say("Settings saved.", "good");
    } catch (error) {
      if (error instanceof ApiError) setErrors(error.fields);
      say((error as Error).message);
    } finally {
      setBusy(false);
    }
  }
  return (
    <form className="settings" onSubmit={submit} noValidate>
      <label>
        Minimum confidence <small>0 to 1</small>
        <input name="min_signal_confidence" type="number" step="0.01" defaultValue={Number(account.min_signal_confidence)} />
        <FieldError errors={errors} name="min_signal_confidence" />
      </label>
      <label>
        Largest position <small>percent of balance</small>
        <input name="max_position_percent" type="number" step="0.1" defaultValue={Number(account.max_position_size) * 100} />
        <FieldError errors={errors} name="max_position_size" />
      </label>
      <label>
        Open trades at once
        <input name="max_open_trades" type="number" step="1" defaultValue={account.max_open_trades} />
        <FieldError errors={errors} name="max_open_trades" />
      </label>
      <label className="check"><input type="checkbox" name="auto_trade_spot" defaultChecked={account.auto_trade_spot} /> Trade spot</label>
      <label className="check"><input type="checkbox" name="auto_trade_futures" defaultChecked={account.auto_trade_futures} /> Trade futures</label>
      <button type="submit" className="primary" disabled={busy} data-testid="settings-save">Save</button>
    </form>
  );
}

function Reset({ account, say, done }: Props) {
  const [asked, setAsked] = useState(false);
  const [balance, setBalance] = useState(account.initial_balance);
  const reset = useOnce(async (key) => {
    await api.reset(account.id, { initial_balance: balance }, key);
    setAsked(false);
    say("The account starts over.", "good");
    done();
  }, say);
  if (!asked) {
    return <button type="button" className="quiet" data-testid="reset-account" onClick={() => setAsked(true)}>Reset account …</button>;
  }
  return (
    <div className="reset">
      <p>All open trades are closed, and statistics start from zero. Past trades stay in the records.</p>
      <label>
        Initial balance
        <input type="number" min="1" step="any" value={balance} onChange={(event) => setBalance(event.target.value)} />
      </label>
      <button type="button" className="danger" disabled={reset.busy} data-testid="reset-confirm" onClick={reset.run}>
        {reset.busy ? "Resetting …" : "Reset now"}
      </button>
      <button type="button" className="quiet" disabled={reset.busy} onClick={() => setAsked(false)}>Cancel</button>
    </div>
  );
}

export function Settings(props: Props) {
  return (
    <Panel title="Settings" testId="settings-panel">
      <SettingsForm account={props.account} say={props.say} />
      {props.account.mode === "PAPER" && <Reset {...props} />}
    </Panel>
  );
}
