import type { Account } from "../../api/types";
import { latency } from "../../lib/format";
import { ago } from "../../lib/time";
import { useNow } from "../../ui/useNow";
import { connectionSaid, differenceSaid, reconnectsSaid } from "./words";

/** The connection to the broker, and whether its books and ours agree. Paper needs neither. */
export function ConnectionFacts({ account }: { account: Account }) {
  const now = useNow(1000);
  const { connection } = account;
  const { tone, text } = connectionSaid(connection);
  return (
    <div className="account-connection">
      <p className={`link-state ${tone}`} data-testid="account-connection" data-state={connection?.state ?? "NONE"}>
        <span className="dot" aria-hidden="true" />
        <b>{text}</b>
      </p>
      <dl className="pairs">
        <div>
          <dt>Latency</dt>
          <dd>{latency(connection?.latency_ms)}</dd>
        </div>
        <div>
          <dt>Last reconnect</dt>
          <dd>{connection ? reconnectsSaid(connection, now) : "–"}</dd>
        </div>
        <div>
          <dt>Checked</dt>
          <dd>{ago(connection?.checked_at ?? null, now)}</dd>
        </div>
        <div>
          <dt>Reconciled</dt>
          <dd>{ago(account.reconciled_at ?? null, now)}</dd>
        </div>
      </dl>
      {connection?.error && (
        <p className="form-error" data-testid="account-error">
          {connection.error}
        </p>
      )}
      <Differences account={account} now={now} />
    </div>
  );
}

function Differences({ account, now }: { account: Account; now: number }) {
  const { differences = [], reconciled_at } = account;
  if (differences.length === 0) {
    return reconciled_at ? <p className="muted">Our books and the broker&rsquo;s agree.</p> : null;
  }
  return (
    <div className="differences" data-testid="account-differences">
      <b>
        {differences.length === 1 ? "One difference" : `${differences.length} differences`} between our books and the
        broker&rsquo;s
      </b>
      <ul>
        {differences.map((item) => (
          <li key={`${item.kind} ${item.symbol} ${item.message}`}>
            {differenceSaid(item)}
            {item.since && <span className="muted"> Seen first {ago(item.since, now)}.</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
