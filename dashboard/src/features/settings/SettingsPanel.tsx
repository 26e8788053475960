import { type FormEvent, useState } from "react";

import { api } from "../../api/client";
import { ApiError, type FieldErrors, messageOf } from "../../api/http";
import type { Account } from "../../api/types";
import { useController } from "../../state/context";
import { Act } from "../../ui/Act";
import { Field, SwitchRow } from "../../ui/Field";
import { Panel } from "../../ui/Panel";
import { toasts } from "../toasts/toasts";
import { changesOf, type Edits, NUMBERS, shownNumber, SWITCHES } from "./fields";

/** What is being edited is kept; everything else follows the server, whoever changes it. */
export function SettingsPanel({ account }: { account: Account }) {
  const { store } = useController();
  const [edits, setEdits] = useState<Edits>({});
  const [errors, setErrors] = useState<FieldErrors>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const changes = changesOf(account, edits);
  const dirty = Object.keys(changes).length > 0;

  function edit(change: Edits) {
    setEdits({ ...edits, ...change });
    const touched = Object.keys(change);
    setErrors(Object.fromEntries(Object.entries(errors).filter(([name]) => !touched.includes(name))));
    setProblem(null);
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy || !dirty) return;
    setBusy(true);
    setErrors({});
    setProblem(null);
    try {
      store.dispatch({ type: "account", account: await api.changeAccount(account.id, changes) });
      setEdits({});
      toasts.show({ tone: "good", title: "Settings saved", text: "They apply from the next signal on." });
    } catch (error) {
      const fields = error instanceof ApiError ? error.fields : {};
      setErrors(fields);
      if (Object.keys(fields).length === 0) setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Panel title="Risk and automation" testId="settings-panel">
      <Act>
        <form className="settings" noValidate onSubmit={(event) => void submit(event)}>
          {SWITCHES.map(({ name, label, hint }) => (
            <SwitchRow
              key={name}
              name={name}
              label={label}
              hint={hint}
              errors={errors[name]}
              checked={edits[name] ?? account[name]}
              change={(checked) => edit({ [name]: checked })}
            />
          ))}
          {NUMBERS.map(({ name, label, hint, step, read }) => {
            const value = edits[name] ?? shownNumber(account, name);
            return (
              <Field
                key={name}
                name={name}
                label={label}
                hint={hint}
                step={step}
                value={value}
                suffix={read?.(value)}
                errors={errors[name]}
                change={(next) => edit({ [name]: next })}
              />
            );
          })}
          {problem && (
            <p className="form-error" role="alert">
              {problem}
            </p>
          )}
          <div className="form-foot">
            <button type="submit" className="button primary" disabled={busy || !dirty} data-testid="settings-save">
              {busy ? "Saving…" : "Save changes"}
            </button>
            <button
              type="button"
              className="button ghost"
              disabled={busy || !dirty}
              onClick={() => {
                setEdits({});
                setErrors({});
              }}
            >
              Discard
            </button>
          </div>
        </form>
      </Act>
    </Panel>
  );
}
