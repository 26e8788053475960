import { memo } from "react";

import type { Alert, Severity } from "../../api/alertTypes";
import { api } from "../../api/client";
import { Link } from "../../app/router";
import { figure, words } from "../../lib/format";
import { moment } from "../../lib/time";
import { useController, useDash } from "../../state/context";
import { useOnce } from "../../ui/useOnce";

const TONES: Record<Severity, string> = { INFO: "info", WARNING: "warn", CRITICAL: "down" };

/** What it is about: the account, the session, the trade. */
function About({ alert }: { alert: Alert }) {
  const account = useDash((state) => state.accounts.find((item) => item.id === alert.account)?.name);
  return (
    <span className="alert-about">
      {alert.account !== null && <span className="muted">{account ?? `account ${alert.account}`}</span>}
      {alert.session !== null && (
        <Link to={`/sessions/${alert.session}`} testId="alert-session">
          Session {alert.session}
        </Link>
      )}
      {alert.trade !== null && (
        <Link to={`/trades/${alert.trade}`} testId="alert-trade">
          Trade {alert.trade}
        </Link>
      )}
    </span>
  );
}

function Details({ details }: { details: Alert["details"] }) {
  const rows = Object.entries(details);
  if (rows.length === 0) return null;
  return (
    <details className="alert-details">
      <summary>Details</summary>
      <dl className="pairs">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{words(name)}</dt>
            <dd>{figure(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** One alert. Reading is no change to anything that trades: a viewer may do it, too. */
export const AlertRow = memo(function AlertRow({ alert, changed }: { alert: Alert; changed: (alert: Alert) => void }) {
  const { store } = useController();
  const read = useOnce(async () => {
    changed(await api.readAlert(alert.id));
    const { unread } = store.get();
    if (unread !== null) store.dispatch({ type: "unread", count: Math.max(0, unread - 1) });
  });
  const fresh = alert.read_at === null;
  return (
    <li className={`alert-row ${alert.severity} ${fresh ? "fresh" : ""}`} data-testid="alert-row" data-alert={alert.id} data-unread={fresh}>
      <div className="alert-line">
        <span className={`badge ${TONES[alert.severity]}`}>{words(alert.severity)}</span>
        <b>{words(alert.kind)}</b>
        {fresh && <span className="visually-hidden">not read</span>}
        <time className="muted" dateTime={alert.created_at}>
          {moment(alert.created_at)}
        </time>
        {fresh && (
          <button
            type="button"
            className="button small ghost"
            disabled={read.busy}
            aria-label={`Mark as read: ${alert.message}`}
            data-testid="alert-read"
            onClick={read.run}
          >
            Mark read
          </button>
        )}
      </div>
      <p>{alert.message}</p>
      <About alert={alert} />
      <Details details={alert.details} />
      {read.problem && (
        <p className="form-error" role="alert">
          {read.problem.message}
        </p>
      )}
    </li>
  );
});
