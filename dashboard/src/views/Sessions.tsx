import type { Session } from "../api/types";
import { Empty, Panel } from "../parts/Panel";
import { words } from "../state/format";

export function Sessions({ sessions }: { sessions: Session[] }) {
  return (
    <Panel title="Sessions" testId="sessions">
      {sessions.length === 0 && <Empty>No session listens to signals.</Empty>}
      <ul className="sessions">
        {sessions.map((session) => (
          <li key={session.id}>
            <span className={`status ${session.status}`}>{words(session.status)}</span>
            <b>{session.name}</b>
            <span className="muted">
              {session.strategies.map((item) => item.name).join(", ") || "any signal"} · {session.venue}{" "}
              {session.symbols.join(", ") || "all symbols"} · {session.timeframe}
              {session.status_reason && ` · ${session.status_reason}`}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
