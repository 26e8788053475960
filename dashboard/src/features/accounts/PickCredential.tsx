import { useId } from "react";

import type { Credential, Environment } from "../../api/brokerTypes";
import { Link } from "../../app/router";
import { FieldErrorText } from "../../ui/Field";

/** Each account has keys of its own. */
export function isFree(credential: Credential): boolean {
  return credential.accounts.length === 0;
}

function note(credential: Credential): string {
  if (!isFree(credential)) return " (in use by another account)";
  if (credential.status === "INVALID") return " (refused when last checked)";
  return credential.status === "UNTESTED" ? " (not tested)" : "";
}

interface PickCredentialProps {
  credentials: Credential[];
  environment: Environment;
  value: string;
  errors: string[] | undefined;
  choose: (value: string) => void;
}

/** The saved keys that an account may hang on: demo ones for DEMO, live ones for LIVE. */
export function PickCredential({ credentials, environment, value, errors, choose }: PickCredentialProps) {
  const id = useId();
  const wrong = Boolean(errors?.length);
  if (credentials.length === 0) {
    return (
      <p className="note">
        No {environment === "live" ? "live" : "test"} keys are saved yet. <Link to="/brokers">Connect a broker first</Link>
      </p>
    );
  }
  return (
    <div className={`field ${wrong ? "wrong" : ""}`}>
      <label htmlFor={id}>Saved keys</label>
      <select
        id={id}
        value={value}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-error` : undefined}
        data-testid="pick-credential"
        onChange={(event) => choose(event.target.value)}
      >
        <option value="">Choose…</option>
        {credentials.map((item) => (
          <option key={item.id} value={item.id} disabled={!isFree(item)}>
            {item.label} · {item.broker_name}
            {note(item)}
          </option>
        ))}
      </select>
      <FieldErrorText id={`${id}-error`} errors={errors} />
    </div>
  );
}
