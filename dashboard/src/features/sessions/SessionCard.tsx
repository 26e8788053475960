import { useRef } from "react";

import type { Session, SessionDetail } from "../../api/sessionTypes";
import type { Account } from "../../api/types";
import { Link } from "../../app/router";
import { words } from "../../lib/format";
import { CodeBadge } from "../../ui/badges";
import { useNow } from "../../ui/useNow";
import { decisionsAt } from "../decisions/filters";
import { ShadowPanel } from "../shadow/ShadowPanel";
import { WhatIfButton } from "../whatif/WhatIfButton";
import { Gauge } from "./Gauge";
import { Halted } from "./Halted";
import { Removal } from "./Removal";
import { openSaid, scheduleSaid } from "./schedule";
import { SessionControls } from "./SessionControls";
import { SessionFigures } from "./SessionFigures";
import { useSessionDetail } from "./useSessionDetail";

function ScheduleLine({ session, detail }: { session: Session; detail: SessionDetail | null }) {
  const now = useNow(30_000);
  return (
    <>
      {scheduleSaid(session.schedule)}
      {detail && (
        <small className={detail.schedule_open ? "up" : "warn"} data-testid="session-open">
          {" "}
          {openSaid(detail.schedule_open, detail.next_open, now)}
        </small>
      )}
    </>
  );
}

function Facts({ session, detail }: { session: Session; detail: SessionDetail | null }) {
  const { strategies, symbols, sources, timeframe, venue, algorithm_version } = session;
  return (
    <dl className="session-facts">
      <div className="double">
        <dt>Strategies</dt>
        <dd>{strategies.map((item) => item.name).join(", ") || "None of its own"}</dd>
      </div>
      <div>
        <dt>Timeframe</dt>
        <dd>{timeframe}</dd>
      </div>
      <div>
        <dt>Algorithm</dt>
        <dd data-testid="session-version">{algorithm_version === null ? "–" : `Version ${algorithm_version}`}</dd>
      </div>
      {sources.length > 0 && (
        <div>
          <dt>Sources</dt>
          <dd>{sources.map(words).join(", ")}</dd>
        </div>
      )}
      <div className="wide">
        <dt>Symbols</dt>
        <dd>
          {symbols.length ? symbols.join(", ") : "All"} <small className="muted">{venue || "any venue"}</small>
        </dd>
      </div>
      <div className="wide">
        <dt>Schedule</dt>
        <dd data-testid="session-schedule">
          <ScheduleLine session={session} detail={detail} />
        </dd>
      </div>
    </dl>
  );
}

function Gauges({ detail, currency }: { detail: SessionDetail; currency: string }) {
  if (detail.limits.length === 0) {
    return <p className="muted session-none">No limit is set but the account&rsquo;s own.</p>;
  }
  return (
    <div className="gauges">
      {detail.limits.map((use) => (
        <Gauge key={use.name} use={use} currency={currency} />
      ))}
    </div>
  );
}

/** One session: how it stands, what it may do, what it did, and how near it is to its limits. */
export function SessionCard({ session, account }: { session: Session; account: Account }) {
  const place = useRef<HTMLLIElement>(null);
  const { detail, problem } = useSessionDetail(session, place);
  // A twin does as its session does.
  const twin = session.shadow_of !== null;
  return (
    <li ref={place} className={`session-card panel ${session.status}`} aria-label={session.name} data-testid="session-card" data-session={session.id} data-status={session.status}>
      <header className="session-card-head">
        <CodeBadge code={session.status} />
        <h3 className="clip">{session.name}</h3>
        {twin ? <span className="badge info">Paper twin</span> : <SessionControls session={session} account={account} />}
      </header>
      {session.status === "HALTED" ? (
        <Halted session={session} />
      ) : (
        session.status_reason && <p className="muted session-reason">{session.status_reason}</p>
      )}
      <Facts session={session} detail={detail} />
      {detail && <SessionFigures detail={detail} />}
      {detail && <Gauges detail={detail} currency={account.currency} />}
      {problem !== null && (
        <p className="form-error" role="status">
          The figures are not up to date: {problem}
        </p>
      )}
      {account.mode !== "PAPER" && <ShadowPanel session={session} account={account} />}
      <footer className="session-card-foot">
        <Link to={`/sessions/${session.id}`} className="button small" testId="session-edit">
          Settings
        </Link>
        <Link to={decisionsAt({ account: account.id, session: session.id })} className="button small ghost" testId="session-decisions">
          Decisions
        </Link>
        <WhatIfButton session={session} account={account} />
        {session.status === "STOPPED" && session.algorithm_version === null && <Removal session={session} />}
      </footer>
    </li>
  );
}
