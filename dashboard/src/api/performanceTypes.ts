/** What the API says of the past trades of an account or a session, of its signals and gates, and of published records. */

import type { Drawdown, EquityFigures, Figures, MonteCarlo } from "./analyticsTypes";
import type { Mode } from "./brokerTypes";
import type { Direction } from "./types";

type Figure = number | null;

/** Money in `currency`. */
export interface Performance {
  scope: Record<string, unknown>;
  currency: string;
  figures: Figures;
}

export interface SourceOutcome {
  /** The source of signals: "STRATEGY", "WEBHOOK". */
  key: string;
  signals: number;
  approved: number;
  trades: number;
  wins: number;
  pnl: number;
  win_rate_percent: Figure;
  average_r: Figure;
}

/** Of the signals whose confidence, a fraction 0 to 1, lies in the bucket. */
export interface CalibrationBucket {
  bucket_low: number;
  bucket_high: number;
  signals: number;
  trades: number;
  win_rate_percent: Figure;
  average_r: Figure;
}

export interface SignalAnalytics {
  conversion: { signals: number; approved: number; executed: number; expired: number };
  /** Seconds from a signal to its fill. */
  latency: { p50: Figure; p95: Figure };
  by_source: SourceOutcome[];
  calibration: CalibrationBucket[];
}

export interface GateOutcome {
  name: string;
  /** Signals that it was the first to refuse, and all that it refused. */
  blocked_first: number;
  failed: number;
  /** What the refused signals would have made; of the unknown ones it cannot be told. */
  would_have: { trades: number; wins: number; pnl: number; unknown: number };
}

export interface GateAnalytics {
  decisions: number;
  approved: number;
  gates: GateOutcome[];
}

/** Of an account's or a session's trades, the latest where there are very many. */
export interface Simulation extends MonteCarlo {
  currency: string;
  /** The balance that every path begins with. */
  start: number;
  /** Of each path, and all there are. */
  trades: number;
  trades_recorded: number;
  /** Of ending below the start, a fraction, 0 to 1. */
  loss_probability: number;
  /** What really came of the trades; the drawdown in percent. */
  recorded: { final: number; drawdown: number };
}

/** What was checked of a record; null where it was not yet. */
export interface Verification {
  /** All of it holds. */
  ok: boolean | null;
  /** Every event of the owner is what was written, and in its place. */
  chain_ok: boolean | null;
  /** The trades in the database are as the events tell. */
  trades_ok: boolean | null;
  events: number;
  trades: number;
  /** Trades of replays, which are no record. */
  left_out: number;
  /** What was open at the check; percent of the account's cash. */
  open: { trades: number; pnl_percent: Figure };
  checked_at: string | null;
  /** What does not hold, in words. */
  problem: string | null;
}

/** A trade whose row is not what its events say. */
export interface RecordDifference {
  trade: number;
  event: number | null;
  what: string;
  fields: string[];
}

/** A page of results that its owner shows to anybody who has its address. */
export interface TrackRecord {
  id: number;
  slug: string;
  /** Its path on this site. */
  address: string;
  title: string;
  account: number;
  /** Null: of the whole account. */
  session: number | null;
  show_amounts: boolean;
  is_published: boolean;
  created_at: string;
  verified: Verification;
  differences: RecordDifference[];
}

/** Of an account or of a session, not of both. */
export interface NewTrackRecord {
  title: string;
  account?: number;
  session?: number;
  show_amounts: boolean;
}

export type TrackRecordChanges = Partial<Pick<TrackRecord, "title" | "show_amounts" | "is_published">>;

/** The figures of a published record: what is money is there only where amounts are shown. Equity is an index from 100. */
export interface PublicFigures {
  core: Partial<Figures["core"]>;
  risk: Partial<Figures["risk"]>;
  activity: Partial<Figures["activity"]>;
  monthly_returns: Figures["monthly_returns"];
  equity: Omit<EquityFigures, "balance">[];
  drawdowns: Drawdown[];
}

export interface PublicTrade {
  symbol: string;
  direction: Direction;
  opened_at: string | null;
  closed_at: string | null;
  quantity: string;
  entry_price: string | null;
  exit_price: string | null;
  exit_reason: string | null;
  realized_pnl: string;
  realized_pnl_formatted: string;
  fees_formatted: string;
}

export interface PublicRecord {
  title: string;
  mode: Mode;
  /** Whether money was at stake, in words. */
  mode_text: string;
  /** What the figures count, in words. */
  basis: string;
  /** The first entry and the last end. */
  since: string | null;
  until: string | null;
  verified: Verification;
  show_amounts: boolean;
  currency?: string;
  /** Null without trades. */
  figures: PublicFigures | null;
  /** The latest. */
  trades?: PublicTrade[];
}
