import type { Account, Session } from "../../api/types";
import { Link } from "../../app/router";
import { CodeBadge } from "../../ui/badges";
import { SessionControls } from "../sessions/SessionControls";

function Item({ account, session }: { account: Account; session: Session }) {
  const symbols = session.symbols.length ? session.symbols.join(", ") : "all symbols";
  return (
    <li className="account-session" data-testid="account-session" data-status={session.status}>
      <div>
        <b>{session.name}</b> <CodeBadge code={session.status} />
        <p className="muted">
          {session.timeframe} · {symbols} · {session.venue || "any venue"}
        </p>
        {session.status_reason && <p className={session.status === "HALTED" ? "down" : "muted"}>{session.status_reason}</p>}
      </div>
      {session.shadow_of === null ? (
        <SessionControls session={session} account={account} only={["start", "resume", "stop"]} />
      ) : (
        <span className="badge info">Paper twin</span>
      )}
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
      <h4>
        <Link to="/sessions">Sessions</Link>
      </h4>
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
