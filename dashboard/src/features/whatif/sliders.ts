/** What of a session's rules can be moved to see what would have come of it. */

import type { WhatIfRequest } from "../../api/backtestTypes";
import type { Session } from "../../api/sessionTypes";
import type { Account } from "../../api/types";
import { numeric } from "../sessions/editor/draft";

export type SliderName =
  | "risk_per_trade_percent"
  | "sizing_percent"
  | "daily_loss_limit"
  | "max_open_trades"
  | "min_confidence"
  | "stop"
  | "target"
  | "trailing";

export interface Slider {
  name: SliderName;
  label: string;
  hint: string;
  unit: string;
  low: number;
  high: number;
  step: number;
  /** As the session has it; null: it has none. */
  now: number | null;
  /** Where the server's objections to it stand. */
  path: string;
}

export type Moved = Partial<Record<SliderName, string>>;

const known = (value: number | string | null | undefined) => (value === null || value === undefined || value === "" ? null : Number(value));

/** Twice what it is where that is beyond the usual range. */
const upTo = (usual: number, now: number | null) => Math.max(usual, (now ?? 0) * 2);

/** The stricter of the session's and the account's. */
const least = (own: number | null, account: number) => (own === null ? account : Math.min(own, account));

/** The sliders of a session. */
export function slidersOf(session: Session, account: Account): Slider[] {
  const { risk, sizing, exit_plan: plan } = session;
  const { currency } = account;
  const balance = Number(account.initial_balance);
  const trailing = plan.trailing?.kind === undefined || plan.trailing.kind === "PERCENT" ? known(plan.trailing?.value) : null;
  const target = plan.targets?.length ? known(plan.targets[0]?.percent) : null;
  const money = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, balance))) - 2);
  const item = (
    name: SliderName,
    path: string,
    label: string,
    hint: string,
    unit: string,
    range: [number, number, number],
    now: number | null,
  ): Slider => ({ name, path, label, hint, unit, low: range[0], high: range[1], step: range[2], now });
  const sized = sizing.method === "PERCENT" || sizing.method === "RISK" || sizing.method === "VOLATILITY" || sizing.method === "KELLY";
  const size = known(sizing.percent ?? 1);
  const perTrade = known(risk.risk_per_trade_percent);
  const daily = known(risk.daily_loss_limit);
  const stop = known(session.default_stop_percent);
  const open = least(known(risk.max_open_trades), account.max_open_trades);
  const confidence = Math.max(known(session.min_confidence) ?? 0, Number(account.min_signal_confidence));
  return [
    ...(sized ? [item("sizing_percent", "sizing.percent", "Size of a trade", "The percent that it is sized by.", "%", [0.1, upTo(10, size), 0.1], size)] : []),
    item("risk_per_trade_percent", "risk.risk_per_trade_percent", "Risk per trade", "What the stop may cost, of the balance.", "%", [0.1, upTo(5, perTrade), 0.1], perTrade),
    item("daily_loss_limit", "risk.daily_loss_limit", "Daily loss limit", "Reached, nothing is opened until midnight.", currency, [money, upTo(Math.round(balance / 5), daily), money], daily),
    item("max_open_trades", "risk.max_open_trades", "Open trades", "At most, at once.", "", [1, upTo(20, open), 1], open),
    item("min_confidence", "min_confidence", "Minimum confidence", "A fraction from 0 to 1.", "", [0, 1, 0.01], confidence),
    item("stop", "default_stop_percent", "Stop", "From the entry, where the signal names none.", "%", [0.1, upTo(10, stop), 0.1], stop),
    item("target", "exit_plan.targets", "Target", "From the entry; all of the trade closes there.", "%", [0.1, upTo(20, target), 0.1], target),
    item("trailing", "exit_plan.trailing", "Trailing stop", "Behind the best price.", "%", [0.1, upTo(10, trailing), 0.1], trailing),
  ];
}

/** Whether anything was moved. */
export function isMoved(moved: Moved): boolean {
  return Object.values(moved).some((text) => text.trim() !== "");
}

/** What the account's own limits must be for a rule to hold that is wider than they are. */
function widened({ max_open_trades, min_signal_confidence }: Account, open: number | undefined, confidence: number | undefined): NonNullable<WhatIfRequest["account"]> {
  return {
    ...(open !== undefined && open > max_open_trades ? { max_open_trades: open } : {}),
    ...(confidence !== undefined && confidence < Number(min_signal_confidence) ? { min_confidence: confidence } : {}),
  };
}

/** What is asked for: whole objects of rules, so that what was not moved stays as the session has it. */
export function whatIfRequest(session: Session, account: Account, moved: Moved): WhatIfRequest {
  const of = (name: SliderName) => (moved[name]?.trim() ? (numeric(moved[name]) as number) : undefined);
  const [perTrade, daily, open, target, trailing] = [of("risk_per_trade_percent"), of("daily_loss_limit"), of("max_open_trades"), of("target"), of("trailing")];
  const risk = {
    ...(perTrade === undefined ? {} : { risk_per_trade_percent: perTrade }),
    ...(daily === undefined ? {} : { daily_loss_limit: daily }),
    ...(open === undefined ? {} : { max_open_trades: open }),
  };
  const plan = {
    ...(target === undefined ? {} : { targets: [{ percent: target, portion: 1 }] }),
    ...(trailing === undefined ? {} : { trailing: { ...session.exit_plan.trailing, kind: "PERCENT" as const, value: trailing } }),
  };
  const limits = widened(account, open, of("min_confidence"));
  const [size, confidence, stop] = [of("sizing_percent"), of("min_confidence"), of("stop")];
  return {
    session: session.id,
    ...(Object.keys(risk).length ? { risk: { ...session.risk, ...risk } } : {}),
    ...(Object.keys(plan).length ? { exit_plan: { ...session.exit_plan, ...plan } } : {}),
    ...(size === undefined ? {} : { sizing: { ...session.sizing, percent: size } }),
    ...(confidence === undefined ? {} : { min_confidence: confidence }),
    ...(stop === undefined ? {} : { default_stop_percent: stop }),
    ...(Object.keys(limits).length ? { account: limits } : {}),
  };
}
