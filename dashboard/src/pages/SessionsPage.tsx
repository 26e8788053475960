import "../styles/sessionEditor.css";
import "../styles/sessions.css";

import type { Account, Session } from "../api/types";
import { asked, Link } from "../app/router";
import { AccountGroup } from "../features/sessions/AccountGroup";
import { SessionEditor } from "../features/sessions/editor/SessionEditor";
import { useController, useDash } from "../state/context";
import { Empty, ErrorState, Skeleton } from "../ui/states";

/** Better too careful at first: who wants no such limits takes them out. */
const CAREFUL = { max_drawdown_percent: 20, max_consecutive_losses: 5, cool_down_minutes: 30 };

/** What a new session of the account begins with. At a broker, it follows the broker's market. */
function beginningOf(account: Account): Partial<Session> {
  const known = account.sessions?.[0];
  return { venue: account.mode === "PAPER" ? (known?.venue ?? "sim") : "", timeframe: known?.timeframe ?? "1m", risk: CAREFUL };
}

function Editor({ part, accounts }: { part: string; accounts: Account[] }) {
  const wanted = Number(asked("account"));
  if (part === "new") {
    const account = accounts.find((item) => item.id === wanted) ?? accounts[0];
    if (account !== undefined) return <SessionEditor key={account.id} account={account} session={null} begin={beginningOf(account)} />;
  }
  const owner = accounts.find((account) => account.sessions?.some((session) => String(session.id) === part));
  const session = owner?.sessions?.find((item) => String(item.id) === part);
  if (owner !== undefined && session !== undefined) return <SessionEditor key={session.id} account={owner} session={session} />;
  return (
    <Empty title="There is no such session">
      <Link to="/sessions">See all sessions</Link>
    </Empty>
  );
}

function Summary({ accounts }: { accounts: Account[] }) {
  const sessions = accounts.flatMap((account) => account.sessions ?? []);
  const count = (status: Session["status"]) => sessions.filter((session) => session.status === status).length;
  const halted = count("HALTED");
  return (
    <p className="muted" data-testid="sessions-summary">
      {count("RUNNING")} of {sessions.length} running
      {count("PAUSED") > 0 && `, ${count("PAUSED")} paused`}
      {halted > 0 && <b className="down">, {halted} halted</b>}
    </p>
  );
}

/** The control center: every session of every account; with `part`, the one that it names, or a new one. */
export function SessionsPage({ part }: { part: string }) {
  const controller = useController();
  const phase = useDash((state) => state.phase);
  const problem = useDash((state) => state.problem);
  const accounts = useDash((state) => state.accounts);
  if (phase === "failed") {
    return <ErrorState title="The sessions cannot be loaded" message={problem ?? ""} retry={controller.reload} />;
  }
  if (phase === "loading") return <Skeleton lines={12} />;
  if (part !== "") return <Editor part={part} accounts={accounts} />;
  return (
    <div className="stack">
      <div className="page-head">
        <h1>Sessions</h1>
        <Summary accounts={accounts} />
      </div>
      {accounts.length === 0 ? (
        <Empty title="No account yet">
          Sessions trade for an account. <Link to="/accounts?new=PAPER">Open one on paper</Link>
        </Empty>
      ) : (
        accounts.map((account) => <AccountGroup key={account.id} account={account} />)
      )}
    </div>
  );
}
