import { useState } from "react";

import { api } from "../../api/client";
import type { Credential } from "../../api/brokerTypes";
import { ago } from "../../lib/time";
import { Act } from "../../ui/Act";
import { Confirm } from "../../ui/Confirm";
import { useNow } from "../../ui/useNow";
import { useOnce } from "../../ui/useOnce";
import { toasts } from "../toasts/toasts";

const STATUS = {
  VALID: { tone: "up", text: "Valid" },
  INVALID: { tone: "down", text: "Refused" },
  UNTESTED: { tone: "warn", text: "Not tested" },
} as const;

interface RowProps {
  credential: Credential;
  /** The names of the accounts that use it. */
  users: string[];
  changed: () => void;
}

function Facts({ credential, users }: Omit<RowProps, "changed">) {
  const now = useNow(10_000);
  const { status, checked_at, environment, account_id, broker_name, error } = credential;
  return (
    <>
      <div className="credential-head">
        <b className="clip">{credential.label}</b>
        <span className={`badge ${environment === "live" ? "live" : "plain"}`}>{environment === "live" ? "LIVE KEYS" : "Test"}</span>
        <span className={`badge ${STATUS[status].tone}`} data-testid="credential-status">
          {STATUS[status].text}
        </span>
      </div>
      <p className="muted">
        {broker_name}
        {account_id && ` · ${account_id}`} · {checked_at === null ? "never checked" : `checked ${ago(checked_at, now)}`}
      </p>
      <p className="muted">{users.length ? `Used by ${users.join(", ")}` : "No account uses it."}</p>
      {error && <p className="down">{error}</p>}
    </>
  );
}

export function CredentialRow({ credential, users, changed }: RowProps) {
  const { id, label } = credential;
  const [told, setTold] = useState("");
  const check = useOnce(async () => {
    setTold("");
    try {
      const { status, error } = await api.validateCredential(id);
      setTold(status === "VALID" ? "The broker accepts them." : error || "The broker refuses them.");
    } finally {
      changed();
    }
  });
  const remove = useOnce(async () => {
    await api.removeCredential(id);
    toasts.show({ tone: "good", title: "Keys removed", text: label });
    changed();
  });
  const busy = check.busy || remove.busy;
  const problem = remove.problem ?? check.problem;
  const held = remove.problem?.status === 409;
  return (
    <li className="credential" data-testid="credential-row" data-credential={id}>
      <Facts credential={credential} users={users} />
      <Act>
        <div className="row-actions">
          <button
            type="button"
            className="button small"
            aria-label={`Check ${label}`}
            disabled={busy}
            data-testid="credential-validate"
            onClick={() => {
              remove.clear();
              check.run();
            }}
          >
            {check.busy ? "Checking…" : "Check"}
          </button>
          <Confirm
            ask="Remove"
            confirm="Remove for good?"
            label={`Remove ${label}`}
            busyText="Removing…"
            busy={busy}
            run={remove.run}
            testId="credential-remove"
          />
        </div>
      </Act>
      <p className="row-told" role="status">
        {told}
      </p>
      {problem && (
        <p className="form-error" role="alert" data-testid="credential-problem">
          {problem.message}
          {held && ` To cut Signalist off at once, revoke the key at ${credential.broker_name}.`}
        </p>
      )}
    </li>
  );
}
