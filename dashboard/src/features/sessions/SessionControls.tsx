import { useState } from "react";

import type { Session, SessionAction } from "../../api/sessionTypes";
import type { Account } from "../../api/types";
import { Act } from "../../ui/Act";
import { ACTION_WORDS, actionsOf, spendsRealMoney } from "./actions";
import { KillSession } from "./KillSession";
import { StartReal } from "./StartReal";
import { useSessionAct } from "./useSessionAct";

interface SessionControlsProps {
  session: Session;
  account: Account;
  /** Those that are wanted here; left out, all that the session's state allows. */
  only?: SessionAction[];
}

/** The buttons of a session. What kills it, and what starts spending real money, asks first. */
export function SessionControls({ session, account, only }: SessionControlsProps) {
  const { doing, problem, act, clear } = useSessionAct(session);
  const [asked, setAsked] = useState<SessionAction | null>(null);
  const actions = actionsOf(session.status).filter((action) => only === undefined || only.includes(action));
  const press = (action: SessionAction) => {
    clear();
    const starts = action === "start" || action === "resume";
    if (action === "kill" || (starts && spendsRealMoney(account))) setAsked(action);
    else act(action);
  };
  const dismiss = () => {
    setAsked(null);
    clear();
  };
  const asking = { session, account, problem, close: dismiss };

  return (
    <>
      <Act>
        <div className="row-actions">
          {actions.map((action) => (
            <button
              key={action}
              type="button"
              className={`button small ${action === "kill" ? "danger-outline" : ""}`}
              disabled={doing !== null}
              aria-label={`${ACTION_WORDS[action].text} ${session.name} of ${account.name}`}
              data-testid={`session-${action}`}
              onClick={() => press(action)}
            >
              {doing === action ? ACTION_WORDS[action].busy : ACTION_WORDS[action].text}
            </button>
          ))}
        </div>
      </Act>
      {problem && asked === null && (
        <p className="form-error" role="alert">
          {problem.message}
        </p>
      )}
      {asked === "kill" && <KillSession {...asking} busy={doing === "kill"} send={(body) => act("kill", body, dismiss)} />}
      {(asked === "start" || asked === "resume") && (
        <StartReal {...asking} action={asked} busy={doing === asked} send={() => act(asked, {}, dismiss)} />
      )}
    </>
  );
}
