import { useEffect, useRef, useState } from "react";

import { api } from "../../../api/client";
import type { Broker, Connected, Credential, Environment } from "../../../api/brokerTypes";
import { Choice } from "../../../ui/Choice";
import { TextField } from "../../../ui/TextField";
import { useOnce } from "../../../ui/useOnce";
import { CredentialFields } from "./CredentialFields";
import { environmentWord, readForm, restOf } from "./form";
import { SaveKeys } from "./SaveKeys";
import { TestResult } from "./TestResult";

function environments(broker: Broker) {
  return [
    {
      value: "test" as const,
      label: environmentWord(broker.id, "test"),
      note: broker.testnetAvailable ? "Play money." : `${broker.name} has none.`,
      disabled: !broker.testnetAvailable,
    },
    {
      value: "live" as const,
      label: environmentWord(broker.id, "live"),
      note: "Real money. Nothing is traded until you switch live trading on for an account.",
    },
  ];
}

interface ConnectFormProps {
  broker: Broker;
  saved: (credential: Credential) => void;
}

/** Keys are tried first, and kept only if asked for. They are read from their inputs when sent and held nowhere else. */
export function ConnectForm({ broker, saved }: ConnectFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const edits = useRef(0);
  const [environment, setEnvironment] = useState<Environment>(broker.testnetAvailable ? "test" : "live");
  const [tested, setTested] = useState<Connected | null>(null);

  const entered = () => {
    if (form.current === null) throw new Error("The form is gone.");
    return readForm(form.current, broker.id, broker.credentials);
  };
  const test = useOnce(async () => {
    const at = edits.current;
    const result = await api.connect(entered());
    if (at === edits.current) setTested(result);
  });
  const save = useOnce(async (key) => {
    const label = String(new FormData(form.current ?? undefined).get("label") ?? "").trim();
    const { credential } = await api.connect({ ...entered(), save: true, label }, key);
    if (credential !== null) saved(credential);
  });
  const busy = test.busy || save.busy;
  const problem = save.problem ?? test.problem;
  const errors = problem?.fields ?? {};
  const fields = broker.credentials.map((field) => field.name);
  const rest = problem && restOf(problem, [...fields, "credentials", "environment", "account_id", "label"]);

  useEffect(() => {
    if (problem) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problem]);

  /** What was tested is no longer what stands there. */
  function edited(input: EventTarget) {
    save.renew();
    if (input instanceof HTMLInputElement && input.name === "label") return;
    edits.current += 1;
    test.renew();
    setTested(null);
  }

  return (
    <form
      ref={form}
      className="connect-form"
      noValidate
      autoComplete="off"
      data-testid="connect-form"
      onChange={(event) => edited(event.target)}
      onSubmit={(event) => {
        event.preventDefault();
        if (busy) return;
        save.clear();
        setTested(null);
        test.run();
      }}
    >
      <Choice
        name="environment"
        legend={broker.id === "deriv" ? "Account type" : "Environment"}
        value={environment}
        options={environments(broker)}
        errors={errors["environment"]}
        choose={setEnvironment}
      />
      <CredentialFields broker={broker} errors={errors} />
      <TextField
        name="account_id"
        label="Account"
        hint="Which of the login's accounts, by its id. Left empty, the main one."
        errors={errors["account_id"]}
      />
      {rest && (
        <p className="form-error" role="alert" data-testid="connect-problem">
          {rest}
        </p>
      )}
      <div className="form-foot">
        <button type="submit" className="button primary" disabled={busy} data-testid="connect-test">
          {test.busy ? "Testing…" : "Test"}
        </button>
        <span className="muted">Testing keeps nothing.</span>
      </div>
      <div role="status">{tested && <TestResult result={tested} />}</div>
      {tested && (
        <SaveKeys
          name={`${broker.name} ${environmentWord(broker.id, environment).toLowerCase()}`}
          real={tested.accountType === "real"}
          busy={busy}
          saving={save.busy}
          errors={errors["label"]}
          save={() => {
            test.clear();
            save.run();
          }}
        />
      )}
    </form>
  );
}
