import type { Session } from "../../api/types";
import { Link } from "../../app/router";
import { useDash } from "../../state/context";
import { CodeBadge } from "../../ui/badges";
import { Panel } from "../../ui/Panel";
import { Empty } from "../../ui/states";

function Item({ session }: { session: Session }) {
  const symbols = session.symbols.length ? session.symbols.join(", ") : "All symbols";
  const strategies = session.strategies.map((item) => item.name).join(", ") || "No strategy of its own";
  return (
    <li className="session" data-testid="session-row" data-status={session.status}>
      <div className="session-head">
        <b>{session.name}</b>
        <CodeBadge code={session.status} />
      </div>
      <p>
        {strategies} · {session.timeframe} · {symbols} · {session.venue || "any venue"}
      </p>
      {session.status_reason && <p className={session.status === "HALTED" ? "down" : "muted"}>{session.status_reason}</p>}
    </li>
  );
}

export function SessionList() {
  const sessions = useDash((state) => state.sessions);
  const running = sessions.filter((session) => session.status === "RUNNING").length;
  return (
    <Panel
      title="Sessions"
      count={sessions.length ? `${running} of ${sessions.length} running` : undefined}
      testId="sessions"
      aside={<Link to="/sessions">All sessions</Link>}
    >
      {sessions.length === 0 ? (
        <Empty title="No session">A session decides which signals this account trades.</Empty>
      ) : (
        <ul className="sessions">
          {sessions.map((session) => (
            <Item key={session.id} session={session} />
          ))}
        </ul>
      )}
    </Panel>
  );
}
