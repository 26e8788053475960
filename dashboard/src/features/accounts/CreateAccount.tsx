import { type FormEvent, useState } from "react";

import { api } from "../../api/client";
import type { Credential, Environment, Mode } from "../../api/brokerTypes";
import { Choice } from "../../ui/Choice";
import { TextField } from "../../ui/TextField";
import { useLoaded } from "../../ui/useLoaded";
import { useOnce } from "../../ui/useOnce";
import { restOf } from "../brokers/connect/form";
import { AccountFields } from "./AccountFields";
import { NOTHING_MORE, requestOf } from "./newAccount";
import { isFree, PickCredential } from "./PickCredential";

const MODES: { value: Mode; label: string; note: string }[] = [
  { value: "PAPER", label: "PAPER", note: "Play money, traded here." },
  { value: "DEMO", label: "DEMO", note: "A broker's testnet or demo account." },
  { value: "LIVE", label: "LIVE", note: "Real money at a broker." },
];
const ENVIRONMENTS: Partial<Record<Mode, Environment>> = { DEMO: "test", LIVE: "live" };

interface CreateAccountProps {
  credentials: Credential[];
  /** What was chosen elsewhere. */
  mode: Mode;
  credential: string;
  created: (id: number) => void;
  cancel: () => void;
}

export function CreateAccount({ credentials, mode: first, credential: picked, created, cancel }: CreateAccountProps) {
  const [mode, setMode] = useState(first);
  const [name, setName] = useState("");
  const [balance, setBalance] = useState("");
  const [credential, setCredential] = useState(picked);
  const [more, setMore] = useState(NOTHING_MORE);
  const brokers = useLoaded(api.brokers);
  const environment = ENVIRONMENTS[mode];
  const fitting = credentials.filter((item) => item.environment === environment);
  const free = fitting.filter(isFree);
  const chosen = free.find((item) => String(item.id) === credential) ?? (free.length === 1 ? free[0] : undefined);

  const send = useOnce(async (key) => {
    created((await api.createAccount(requestOf(mode, name, balance, chosen, more), key)).id);
  });
  const errors = send.problem?.fields ?? {};
  const shown = ["name", "mode", "currency", "leverage", ...(environment ? ["credential", "symbols", "timeframe"] : ["initial_balance"])];
  const rest = send.problem && restOf(send.problem, [...shown, ...Object.keys(errors).filter((name) => name.startsWith("symbols."))]);
  const complete = name.trim() !== "" && (environment === undefined || chosen !== undefined);

  const edit = <T,>(set: (value: T) => void) => (value: T) => {
    send.renew();
    set(value);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete) send.run();
  };

  return (
    <form className="create-account" noValidate onSubmit={submit} data-testid="create-account">
      <Choice name="mode" legend="Mode" value={mode} options={MODES} errors={errors["mode"]} choose={edit(setMode)} />
      <TextField
        name="name"
        label="Name"
        required
        autoFocus
        maxLength={60}
        value={name}
        errors={errors["name"]}
        onChange={(event) => edit(setName)(event.target.value)}
      />
      {environment === undefined ? (
        <TextField
          name="initial_balance"
          label="Initial balance"
          hint="In the account's currency. Left empty, 1,000."
          inputMode="decimal"
          value={balance}
          errors={errors["initial_balance"]}
          onChange={(event) => edit(setBalance)(event.target.value)}
        />
      ) : (
        <PickCredential
          credentials={fitting}
          environment={environment}
          value={chosen === undefined ? "" : String(chosen.id)}
          errors={errors["credential"]}
          choose={edit(setCredential)}
        />
      )}
      <AccountFields
        mode={mode}
        broker={brokers.data?.find((item) => environment !== undefined && item.id === chosen?.broker)}
        values={more}
        errors={errors}
        change={edit(setMore)}
      />
      {rest && (
        <p className="form-error" role="alert" data-testid="create-problem">
          {rest}
        </p>
      )}
      <div className="form-foot">
        <button
          type="submit"
          className={`button ${mode === "LIVE" ? "danger" : "primary"}`}
          disabled={send.busy || !complete}
          data-testid="create-submit"
        >
          {send.busy ? "Creating…" : `Create ${mode} account`}
        </button>
        <button type="button" className="button ghost" disabled={send.busy} onClick={cancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
