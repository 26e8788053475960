/** What can be done with a session as it stands. */

import type { SessionAction } from "../../api/sessionTypes";
import type { Account, SessionStatus } from "../../api/types";

interface ActionWords {
  /** On the button, and while it is done. */
  text: string;
  busy: string;
}

export const ACTION_WORDS: Record<SessionAction, ActionWords> = {
  start: { text: "Start", busy: "Starting…" },
  pause: { text: "Pause", busy: "Pausing…" },
  resume: { text: "Resume", busy: "Resuming…" },
  stop: { text: "Stop", busy: "Stopping…" },
  kill: { text: "Kill", busy: "Killing…" },
};

const OFFERED: Record<SessionStatus, SessionAction[]> = {
  STOPPED: ["start"],
  RUNNING: ["pause", "stop", "kill"],
  PAUSED: ["resume", "stop", "kill"],
  HALTED: ["resume", "stop", "kill"],
};

export function actionsOf(status: SessionStatus): SessionAction[] {
  return OFFERED[status];
}

/** Whether a session of the account that begins to trade begins to spend real money. */
export function spendsRealMoney(account: Account): boolean {
  return account.mode === "LIVE" && account.live_trading_enabled === true;
}
