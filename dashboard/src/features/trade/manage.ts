/** What a hand changes about an open trade: the form, what it comes to, and how it is said back. */

import type { FieldErrors } from "../../api/http";
import type { TradeChanges, TradeDetail } from "../../api/tradeTypes";
import { price } from "../../lib/format";
import { type ExitDraft, exitDraft, exitRequest, numeric, typed } from "../sessions/editor/draft";

export interface ManageDraft {
  stop_loss: string;
  take_profit: string;
  exit: ExitDraft;
}

const PARTS = ["trailing", "break_even", "targets", "time_exit_minutes"] as const;

export function manageDraft(trade: TradeDetail): ManageDraft {
  return { stop_loss: typed(trade.stop_loss), take_profit: typed(trade.take_profit), exit: exitDraft(trade.exit_plan) };
}

const level = (text: string) => {
  const value = numeric(text);
  return value === null ? null : String(value);
};

/** What was changed into something else than the trade has; an emptied level is to be removed. */
export function tradeChanges(trade: TradeDetail, draft: ManageDraft): TradeChanges {
  const was = manageDraft(trade);
  const changes: Record<string, unknown> = {};
  for (const name of ["stop_loss", "take_profit"] as const) {
    if (level(draft[name]) !== level(was[name])) changes[name] = level(draft[name]);
  }
  const [before, after] = [exitRequest(was.exit), exitRequest(draft.exit)] as [TradeChanges, TradeChanges];
  for (const name of PARTS) {
    if (JSON.stringify(before[name]) !== JSON.stringify(after[name])) changes[name] = after[name];
  }
  return changes as TradeChanges;
}

/** The server names the parts of a plan alone; the form has them where a session's plan has them. */
export function atTheirFields(errors: FieldErrors): FieldErrors {
  const placed = Object.entries(errors).map(([name, messages]) => {
    const part = PARTS.some((known) => name === known || name.startsWith(`${known}.`));
    return [part ? `exit_plan.${name}` : name, messages];
  });
  return Object.fromEntries(placed) as FieldErrors;
}

/** Each change in a sentence, to be read before it is made. */
export function changesSaid(trade: TradeDetail, changes: TradeChanges, tick: number | undefined): string[] {
  const said: string[] = [];
  const moved = (name: string, from: string | null, to: string | null | undefined) => {
    if (to === undefined) return;
    const before = from === null ? "none" : price(from, tick);
    said.push(to === null ? `The ${name} at ${before} is removed.` : `The ${name} moves from ${before} to ${price(to, tick)}.`);
  };
  moved("stop", trade.stop_loss, changes.stop_loss);
  moved("target", trade.take_profit, changes.take_profit);
  const part = (name: string, value: unknown, set: string) => {
    if (value !== undefined) said.push(value === null ? `No ${name} any more.` : `${set}.`);
  };
  const { trailing, break_even, targets, time_exit_minutes } = changes;
  part("trailing stop", trailing, `The stop trails ${trailing?.value ?? ""} ${units(trailing?.kind)} behind the best price from now on`);
  part("break-even", break_even, `Break-even at a profit of ${break_even?.trigger_percent ?? ""}%`);
  if (targets !== undefined) said.push(targets.length === 0 ? "No targets any more." : `${targets.length} ${targets.length === 1 ? "target" : "targets"} in place of those it has.`);
  part("time exit", time_exit_minutes, `It closes ${time_exit_minutes ?? ""} minutes after its entry`);
  return said;
}

function units(kind: string | undefined): string {
  return kind === "ATR" ? "ATR" : kind === "DISTANCE" ? "in price" : "%";
}
