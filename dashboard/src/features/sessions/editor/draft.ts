/** A session as its form holds it: every number as it was typed, until it is sent. */

import type {
  ExitPlan,
  Horizon,
  RiskLimits,
  Schedule,
  Session,
  SessionSettings,
  Sizing,
  SizingMethod,
  StrategyChoice,
  TrailingKind,
} from "../../../api/sessionTypes";
import { LIMIT_GROUPS } from "../limits";
import { fieldsOf } from "./sizing";

export interface StrategyDraft {
  name: string;
  params: Record<string, string>;
}

export interface BlackoutDraft {
  /** As a datetime-local input has it: the reader's own time, without an offset. */
  start: string;
  end: string;
  reason: string;
}

export interface ScheduleDraft {
  time_zone: string;
  days: number[];
  start: string;
  end: string;
  calendar: string;
  blackouts: BlackoutDraft[];
}

export interface ExitDraft {
  trailing: boolean;
  kind: TrailingKind;
  value: string;
  activation_percent: string;
  step_percent: string;
  atr_period: string;
  break_even: boolean;
  trigger_percent: string;
  offset_percent: string;
  targets: { percent: string; portion: string }[];
  time_exit_minutes: string;
}

export type ContractKind = "" | "MULTIPLIER" | "RISE_FALL" | "ACCUMULATOR";

export interface ContractDraft {
  kind: ContractKind;
  multiplier: string;
  duration: string;
  duration_unit: string;
  growth_rate: string;
}

export interface Draft {
  name: string;
  venue: string;
  timeframe: string;
  strategies: StrategyDraft[];
  symbols: string;
  sources: string[];
  market_types: string[];
  timeframes: string[];
  min_confidence: string;
  schedule: ScheduleDraft;
  risk: Record<keyof RiskLimits, string>;
  sizing: { method: SizingMethod } & Record<Exclude<keyof Sizing, "method">, string>;
  exit: ExitDraft;
  weights: Record<Horizon, string>;
  contract: ContractDraft;
  allow_unprotected: boolean;
  default_stop_percent: string;
  default_target_percent: string;
}

export const HORIZONS: Horizon[] = ["INTRADAY", "SWING", "MONTHLY", "LEAPS"];
const WEIGHTS: Record<Horizon, number> = { INTRADAY: 0.3, SWING: 0.4, MONTHLY: 0.2, LEAPS: 0.1 };
const SIZING: Sizing = { method: "CONFIDENCE", amount: 100, percent: 1, atr_period: 14, fraction: 0.5, sample: 100, minimum: 20 };
const RISK_NAMES = LIMIT_GROUPS.flatMap((group) => group.limits).map((limit) => limit.name);

/** A number as it is typed: "0.7000" is "0.7", null is nothing. */
export function typed(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return "";
  const text = String(value);
  return /^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, "") : text;
}

/** What was typed as a number; what is none is sent as it is, for the server to object at its place. */
export function numeric(text: string): number | string | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const value = Number(trimmed.replace(",", "."));
  return Number.isFinite(value) ? value : trimmed;
}

/** A strategy's parameter as the form holds it: a document as indented JSON. */
export function paramText(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value, null, 2) : typed(value as number);
}

/** The object that a text is, or what keeps it from being one. */
export function documentOf(text: string): { document: object } | { problem: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return { document: value };
    return { problem: "An object in braces is needed." };
  } catch (error) {
    return { problem: `This is no JSON yet: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** As the API takes them; what is left empty is at its default. */
function paramsRequest(params: Record<string, string>): Record<string, unknown> {
  const documents = Object.entries(params).filter(([, text]) => /^\s*[{[]/.test(text));
  const found = documents.map(([name, text]): [string, unknown] => {
    const read = documentOf(text);
    return [name, "document" in read ? read.document : text];
  });
  return { ...filled(params), ...Object.fromEntries(found) };
}

const two = (value: number) => String(value).padStart(2, "0");

/** An instant as a datetime-local input holds it, in the reader's own time. */
export function localOf(iso: string | undefined): string {
  const then = new Date(iso ?? "");
  if (Number.isNaN(then.getTime())) return "";
  const day = `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
  return `${day}T${two(then.getHours())}:${two(then.getMinutes())}`;
}

function instantOf(local: string): string {
  const then = new Date(local);
  return Number.isNaN(then.getTime()) ? local : then.toISOString();
}

function scheduleDraft(schedule: Partial<Schedule>): ScheduleDraft {
  return {
    time_zone: schedule.time_zone || "UTC",
    days: [...(schedule.days ?? [])],
    start: schedule.start?.slice(0, 5) ?? "",
    end: schedule.end?.slice(0, 5) ?? "",
    calendar: schedule.calendar ?? "",
    blackouts: (schedule.blackouts ?? []).map(({ start, end, reason }) => ({
      start: localOf(start),
      end: localOf(end),
      reason: reason ?? "",
    })),
  };
}

/** The form of an exit plan. */
export function exitDraft({ trailing, break_even, targets, time_exit_minutes }: Partial<ExitPlan>): ExitDraft {
  return {
    trailing: Boolean(trailing),
    kind: trailing?.kind ?? "PERCENT",
    value: typed(trailing?.value ?? 1),
    activation_percent: typed(trailing?.activation_percent ?? 0),
    step_percent: typed(trailing?.step_percent ?? 10),
    atr_period: typed(trailing?.atr_period ?? 14),
    break_even: Boolean(break_even),
    trigger_percent: typed(break_even?.trigger_percent ?? 1),
    offset_percent: typed(break_even?.offset_percent ?? 0),
    targets: (targets ?? []).map(({ percent = 1, portion = 1 }) => ({ percent: typed(percent), portion: typed(portion) })),
    time_exit_minutes: typed(time_exit_minutes),
  };
}

function contractDraft(contract: Record<string, unknown>): ContractDraft {
  const text = (name: string, usual: string) => (contract[name] === undefined ? usual : String(contract[name]));
  return {
    kind: text("kind", "") as ContractKind,
    multiplier: text("multiplier", "100"),
    duration: text("duration", "5"),
    duration_unit: text("duration_unit", "m"),
    growth_rate: text("growth_rate", "0.03"),
  };
}

/** No cool-down is 0, and is shown as the others that are not set. */
function riskDraft(risk: Partial<RiskLimits>): Draft["risk"] {
  const given: Partial<RiskLimits> = { ...risk };
  if (given.cool_down_minutes === 0) delete given.cool_down_minutes;
  return Object.fromEntries(RISK_NAMES.map((name) => [name, typed(given[name])])) as Draft["risk"];
}

function sizingDraft(given: Partial<Sizing>): Draft["sizing"] {
  const { method, ...figures } = { ...SIZING, ...given };
  const texts = Object.entries(figures).map(([name, value]) => [name, typed(value)]);
  return { method, ...(Object.fromEntries(texts) as Omit<Draft["sizing"], "method">) };
}

/** The form of a session; of nothing, that of a new one. */
export function draftOf(session: Partial<Session>): Draft {
  const { risk = {}, strategies = [], timeframe_weights = {} } = session;
  return {
    name: session.name ?? "",
    venue: session.venue ?? "",
    timeframe: session.timeframe ?? "1m",
    strategies: strategies.map(({ name, params = {} }) => ({
      name,
      params: Object.fromEntries(Object.entries(params).map(([key, value]) => [key, paramText(value)])),
    })),
    symbols: (session.symbols ?? []).join(", "),
    sources: [...(session.sources ?? [])],
    market_types: [...(session.market_types ?? [])],
    timeframes: [...(session.timeframes ?? [])],
    min_confidence: typed(session.min_confidence),
    schedule: scheduleDraft(session.schedule ?? {}),
    risk: riskDraft(risk),
    sizing: sizingDraft(session.sizing ?? {}),
    exit: exitDraft(session.exit_plan ?? {}),
    weights: Object.fromEntries(HORIZONS.map((name) => [name, typed(timeframe_weights[name] ?? WEIGHTS[name])])) as Draft["weights"],
    contract: contractDraft(session.contract ?? {}),
    allow_unprotected: session.allow_unprotected ?? false,
    default_stop_percent: typed(session.default_stop_percent ?? "0.5"),
    default_target_percent: typed(session.default_target_percent ?? "1"),
  };
}

/** All of what was typed; what was left empty goes as null, which the server objects to where it needs a number. */
function asTyped(values: Record<string, string>): Record<string, number | string | null> {
  return Object.fromEntries(Object.entries(values).map(([name, text]) => [name, numeric(text)]));
}

/** Of what was typed, the fields that are filled in: the others are at their defaults, or no limits. */
function filled(values: Record<string, string>): Record<string, number | string> {
  const entries = Object.entries(values).map(([name, text]) => [name, numeric(text)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, number | string] => entry[1] !== null));
}

/** What it comes to, as the API takes it. */
export function exitRequest(exit: ExitDraft): object {
  const { kind, value, activation_percent, step_percent, atr_period, trigger_percent, offset_percent } = exit;
  const trailing = { kind, ...asTyped({ value, activation_percent, step_percent, ...(kind === "ATR" ? { atr_period } : {}) }) };
  return {
    trailing: exit.trailing ? trailing : null,
    break_even: exit.break_even ? asTyped({ trigger_percent, offset_percent }) : null,
    targets: exit.targets.map((target) => asTyped({ ...target })),
    time_exit_minutes: numeric(exit.time_exit_minutes),
  };
}

function contractRequest({ kind, multiplier, duration, duration_unit, growth_rate }: ContractDraft): object {
  if (kind === "MULTIPLIER") return { kind, ...asTyped({ multiplier }) };
  if (kind === "RISE_FALL") return { kind, duration_unit, ...asTyped({ duration }) };
  return kind === "ACCUMULATOR" ? { kind, ...asTyped({ growth_rate }) } : {};
}

function scheduleRequest({ start, end, blackouts, ...rest }: ScheduleDraft): object {
  return {
    ...rest,
    time_zone: rest.time_zone.trim(),
    calendar: rest.calendar.trim().toUpperCase(),
    start: start || null,
    end: end || null,
    blackouts: blackouts.map((item) => ({ start: instantOf(item.start), end: instantOf(item.end), reason: item.reason.trim() })),
  };
}

/** Names between commas or spaces, each once. */
export function listed(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
}

/** What the form comes to, as the API takes it. What is no number goes as text: the server says so, at its place. */
export function requestOf(draft: Draft): SessionSettings {
  const { method, ...figures } = draft.sizing;
  const wanted = fieldsOf(method).map((name) => [name, figures[name]]);
  const request = {
    name: draft.name.trim(),
    ...(draft.venue.trim() ? { venue: draft.venue.trim() } : {}),
    timeframe: draft.timeframe,
    strategies: draft.strategies.map(({ name, params }): StrategyChoice => ({ name, params: paramsRequest(params) })),
    symbols: listed(draft.symbols),
    sources: draft.sources,
    market_types: draft.market_types,
    timeframes: draft.timeframes,
    min_confidence: draft.min_confidence.trim() === "" ? null : String(numeric(draft.min_confidence)),
    schedule: scheduleRequest(draft.schedule),
    risk: filled(draft.risk),
    sizing: { method, ...asTyped(Object.fromEntries(wanted) as Record<string, string>) },
    exit_plan: exitRequest(draft.exit),
    timeframe_weights: asTyped(draft.weights),
    contract: contractRequest(draft.contract),
    allow_unprotected: draft.allow_unprotected,
    default_stop_percent: String(numeric(draft.default_stop_percent) ?? ""),
    default_target_percent: String(numeric(draft.default_target_percent) ?? ""),
  };
  return request as unknown as SessionSettings;
}

/** What was changed into something else than it was, by the API's names. */
export function changesOf(before: Draft, after: Draft): Partial<SessionSettings> {
  const [was, is] = [requestOf(before), requestOf(after)];
  const names = (Object.keys(is) as (keyof SessionSettings)[]).filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
  return Object.fromEntries(names.map((name) => [name, is[name]])) as Partial<SessionSettings>;
}
