import { api } from "../../api/client";
import type { Account, Session } from "../../api/types";
import { useController } from "../../state/context";
import { CodeBadge } from "../../ui/badges";
import { useOnce } from "../../ui/useOnce";

function Item({ account, session }: { account: Account; session: Session }) {
  const { store } = useController();
  const on = session.status === "RUNNING" || session.status === "PAUSED";
  const send = useOnce(async () => {
    store.dispatch({ type: "session", session: await api.switchSession(account.id, session.id, !on) });
  });
  const symbols = session.symbols.length ? session.symbols.join(", ") : "all symbols";
  return (
    <li className="account-session" data-testid="account-session" data-status={session.status}>
      <div>
        <b>{session.name}</b> <CodeBadge code={session.status} />
        <p className="muted">
          {session.timeframe} · {symbols} · {session.venue || "any venue"}
        </p>
        {session.status_reason && <p className={session.status === "HALTED" ? "down" : "muted"}>{session.status_reason}</p>}
        {send.problem && (
          <p className="form-error" role="alert">
            {send.problem.message}
          </p>
        )}
      </div>
      <button
        type="button"
        className="button small"
        disabled={send.busy}
        aria-label={`${on ? "Stop" : "Start"} ${session.name} of ${account.name}`}
        data-testid="session-switch"
        onClick={send.run}
      >
        {on ? (send.busy ? "Stopping…" : "Stop") : send.busy ? "Starting…" : "Start"}
      </button>
    </li>
  );
}

/** What an account listens to by itself, each with its switch. */
export function AccountSessions({ account }: { account: Account }) {
  const { sessions } = account;
  if (sessions === undefined) return null;
  const waiting = account.mode === "LIVE" && !account.live_trading_enabled && sessions.length > 0;
  return (
    <section className="account-sessions" aria-label={`Sessions of ${account.name}`}>
      <h4>Sessions</h4>
      {sessions.length === 0 ? (
        <p className="muted">None: no signal is traded here.</p>
      ) : (
        <ul>
          {sessions.map((session) => (
            <Item key={session.id} account={account} session={session} />
          ))}
        </ul>
      )}
      {waiting && (
        <p className="note" data-testid="sessions-note">
          Live trading is off. Sessions may run: they decide on signals and record what they would do, and no order is sent.
        </p>
      )}
    </section>
  );
}
