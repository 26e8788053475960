import type { Account } from "../../api/types";
import { Link } from "../../app/router";
import { ModeBadge } from "../../ui/ModeBadge";
import { SessionCard } from "./SessionCard";

/** Why nothing is traded, whatever the sessions do. */
function standstill(account: Account): string | null {
  if (!account.is_enabled) return "The account is disabled: its sessions decide, and nothing is traded.";
  if (!account.auto_trading_enabled) return "Auto-trading is off for the account: its sessions decide, and nothing is traded.";
  if (account.mode === "LIVE" && !account.live_trading_enabled) {
    return "Live trading is off: its sessions decide and record what they would do, and no order is sent.";
  }
  return null;
}

/** The sessions of one account under its name and mode. */
export function AccountGroup({ account }: { account: Account }) {
  const sessions = account.sessions ?? [];
  const note = standstill(account);
  return (
    <section className={`session-group ${account.mode}`} aria-label={`${account.name}, ${account.mode}`} data-testid="session-group" data-account={account.id}>
      <header className="session-group-head">
        <ModeBadge mode={account.mode} />
        <h2 className="clip">{account.name}</h2>
        <span className="muted clip">{account.broker_name ?? account.broker}</span>
        <span className="muted session-group-money">{account.equity_formatted}</span>
        <Link to={`/sessions/new?account=${account.id}`} className="button small" testId="session-new-here">
          New session
        </Link>
      </header>
      {note && (
        <p className="note" data-testid="group-note">
          {note}
        </p>
      )}
      {sessions.length === 0 ? (
        <p className="muted session-none">No session: no signal is traded here.</p>
      ) : (
        <ul className="session-cards">
          {sessions.map((session) => (
            <SessionCard key={session.id} session={session} account={account} />
          ))}
        </ul>
      )}
    </section>
  );
}
