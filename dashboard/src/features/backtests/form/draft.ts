/** A backtest as its form holds it: every number as it was typed, until it is sent. */

import type {
  AccountConfig,
  Backtest,
  BacktestConfig,
  BacktestKind,
  BacktestSource,
  FillModel,
  NewBacktest,
  Search,
  SearchMethod,
} from "../../../api/backtestTypes";
import type { Session } from "../../../api/sessionTypes";
import { type Draft as RulesDraft, draftOf, numeric, requestOf, typed } from "../../sessions/editor/draft";
import { type SpaceRow, rowsOf, spaceOf } from "./space";

export interface SourceDraft {
  venue: string;
  symbols: string[];
  timeframe: string;
  /** Days, UTC; "" is as far as the candles reach. */
  start: string;
  /** The last day, all of it. */
  end: string;
  detail_timeframe: string;
}

export interface SearchDraft {
  method: SearchMethod;
  rows: SpaceRow[];
  trials: string;
  maximize: string;
  seed: string;
  out_of_sample_percent: string;
  folds: string;
  anchored: boolean;
}

export interface BacktestDraft {
  name: string;
  kind: BacktestKind;
  /** Strategies, risk, sizing and exits, as a session's form holds them. */
  rules: RulesDraft;
  account: Record<keyof AccountConfig, string>;
  fill: Record<keyof FillModel, string>;
  worst_case: boolean;
  source: SourceDraft;
  search: SearchDraft;
}

const ACCOUNT: AccountConfig = { balance: 10_000, currency: "USDT", leverage: 1, max_position_size: 0.1, max_open_trades: 5, min_confidence: 0 };
const FILL: FillModel = {
  slippage_bps: 1,
  volatility_multiple: 0,
  commission_rate: 0.0005,
  latency_ms: 50,
  partial_fill_probability: 0,
  partial_fill_minimum: 0.25,
  rejection_probability: 0,
  seed: 0,
};
const DAY_MS = 86_400_000;

function texts<T extends object>(values: T): Record<keyof T, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typed(value as number)])) as Record<keyof T, string>;
}

/** Every number that was typed; what is none goes as text, for the server to object at its place. */
function numbers<T extends object>(values: Record<keyof T, string>, words: string[] = []): T {
  const entries = Object.entries<string>(values).map(([name, text]) => [name, words.includes(name) ? text.trim() : numeric(text)]);
  return Object.fromEntries(entries) as T;
}

function sourceDraft(data: Partial<BacktestSource>): SourceDraft {
  const last = data.end ? new Date(Date.parse(data.end) - 1).toISOString().slice(0, 10) : "";
  return {
    venue: data.venue ?? "",
    symbols: [...(data.symbols ?? [])],
    timeframe: data.timeframe ?? "",
    start: data.start?.slice(0, 10) ?? "",
    end: last,
    detail_timeframe: data.detail_timeframe ?? "",
  };
}

function searchDraft(search: Partial<Search>): SearchDraft {
  return {
    method: search.method ?? "grid",
    rows: rowsOf(search.space ?? {}),
    trials: typed(search.trials ?? 200),
    maximize: search.maximize ?? "risk.sharpe",
    seed: typed(search.seed ?? 1),
    out_of_sample_percent: typed(search.out_of_sample_percent ?? 25),
    folds: typed((search.folds ?? 1) > 1 ? search.folds : 5),
    anchored: search.anchored ?? false,
  };
}

function rulesDraft({ strategies, settings, ...rest }: Partial<BacktestConfig>): RulesDraft {
  const session: Partial<Session> = {
    strategies: strategies ?? [],
    risk: settings?.risk ?? {},
    sizing: settings?.sizing ?? {},
    exit_plan: settings?.exit_plan ?? {},
    default_stop_percent: typed(rest.default_stop_percent ?? 0.5),
    default_target_percent: typed(rest.default_target_percent ?? 1),
    allow_unprotected: rest.allow_unprotected ?? false,
  };
  return draftOf(session);
}

/** The form of a backtest like the one that is given; of nothing, that of a new one. */
export function backtestDraft(like: Partial<Backtest> = {}): BacktestDraft {
  const { config, data = {}, search = {} } = like;
  return {
    name: like.name ?? "",
    kind: like.kind ?? "RUN",
    rules: rulesDraft(config ?? {}),
    account: texts({ ...ACCOUNT, ...config?.account }),
    fill: texts({ ...FILL, ...config?.fill_model }),
    worst_case: config?.worst_case ?? false,
    source: sourceDraft(data),
    search: searchDraft(search),
  };
}

function sourceRequest({ start, end, detail_timeframe, ...rest }: SourceDraft): BacktestSource {
  const until = Date.parse(end);
  return {
    ...rest,
    start: start ? `${start}T00:00:00Z` : null,
    // The API takes the moment before which every candle opens.
    end: Number.isNaN(until) ? null : new Date(until + DAY_MS).toISOString().replace(".000Z", "Z"),
    detail_timeframe: detail_timeframe || null,
  };
}

function searchRequest(kind: BacktestKind, { rows, method, anchored, maximize, ...typedIn }: SearchDraft): Search {
  const { trials, seed, out_of_sample_percent, folds } = numbers<Record<keyof typeof typedIn, number>>(typedIn);
  return {
    method,
    space: spaceOf(rows),
    maximize,
    seed,
    out_of_sample_percent,
    ...(method === "grid" ? {} : { trials }),
    ...(kind === "WALK_FORWARD" ? { folds, anchored } : {}),
  };
}

/** What the form comes to, as the API takes it. */
export function backtestRequest(draft: BacktestDraft): NewBacktest {
  const { strategies, risk, sizing, exit_plan, allow_unprotected, default_stop_percent, default_target_percent } = requestOf(draft.rules);
  const config = {
    strategies,
    account: numbers<AccountConfig>(draft.account, ["currency"]),
    settings: { risk, sizing, exit_plan },
    fill_model: numbers<FillModel>(draft.fill),
    default_stop_percent: numeric(default_stop_percent),
    default_target_percent: numeric(default_target_percent),
    allow_unprotected,
    worst_case: draft.worst_case,
  } as BacktestConfig;
  return {
    name: draft.name.trim(),
    kind: draft.kind,
    config,
    data: sourceRequest(draft.source),
    ...(draft.kind === "RUN" ? {} : { search: searchRequest(draft.kind, draft.search) }),
  };
}
