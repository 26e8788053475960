/** What the kill switch stops, in words. */

import type { Account } from "../../api/types";

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Sessions that run by themselves, and among them those that spend real money. */
export function runningIn(accounts: Account[]): { running: number; real: number } {
  const count = (list: Account[]) =>
    list.flatMap((account) => account.sessions ?? []).filter((session) => session.status === "RUNNING").length;
  return { running: count(accounts), real: count(accounts.filter((account) => account.mode === "LIVE" && account.live_trading_enabled)) };
}

/** "3 running sessions (1 with real money), 5 open trades, 2 accounts." */
export function atStake(accounts: Account[]): string {
  const { running, real } = runningIn(accounts);
  const open = accounts.reduce((sum, account) => sum + account.open_trades, 0);
  const money = real ? ` (${real} with real money)` : "";
  return `${counted(running, "running session")}${money}, ${counted(open, "open trade")}, ${counted(accounts.length, "account")}.`;
}
