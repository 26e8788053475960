import type { Account, Decision, EquityPoint, MarketSymbol, Session, Signal, Status, Trade } from "../api/types";
import type { Quotes } from "../lib/pnl";
import type { EventFrame, QuotesFrame } from "../live/frames";
import type { Connection } from "../live/socket";

export const FEED_LENGTH = 100;
export const FEED_LONGEST = 600;
export const EQUITY_LENGTH = 2000;
export const REMEMBERED = 200;

/** What the dashboard knows of the selected account. `number` is that of the last event applied. */
export interface State {
  phase: "loading" | "ready" | "failed";
  problem: string | null;
  /** How often everything was loaded over HTTP: lists fetched elsewhere are stale when it rises. */
  generation: number;
  connection: Connection;
  number: number;
  account: Account | null;
  accounts: Account[];
  sessions: Session[];
  open: Trade[];
  /** Trades known to be over: a late event about one must not bring it back. */
  over: number[];
  signals: Signal[];
  signalCount: number;
  /** How long the feed may grow: older signals were asked for. */
  feedLength: number;
  /** Decisions that came before their signal. */
  loose: Decision[];
  quotes: Quotes;
  equity: EquityPoint[];
  symbols: MarketSymbol[];
  /** How many alerts are not read; null until it is known. */
  unread: number | null;
}

export const initial: State = {
  phase: "loading",
  problem: null,
  generation: 0,
  connection: { state: "connecting" },
  number: 0,
  account: null,
  accounts: [],
  sessions: [],
  open: [],
  over: [],
  signals: [],
  signalCount: 0,
  feedLength: FEED_LENGTH,
  loose: [],
  quotes: {},
  equity: [],
  symbols: [],
  unread: null,
};

/** Everything that a load over HTTP brings. */
export interface Snapshot {
  status: Status;
  accounts: Account[];
  open: Trade[];
  signals: Signal[];
  signalCount: number;
  equity: EquityPoint[];
  symbols: MarketSymbol[];
}

export type Action =
  | { type: "loaded"; snapshot: Snapshot }
  | { type: "failed"; message: string }
  | { type: "event"; frame: EventFrame }
  | { type: "quotes"; frame: QuotesFrame }
  | { type: "connection"; connection: Connection }
  | { type: "trade"; trade: Trade }
  | { type: "account"; account: Account }
  | { type: "accounts"; accounts: Account[] }
  | { type: "session"; session: Session; gone?: boolean }
  | { type: "unread"; count: number }
  | { type: "older-signals"; signals: Signal[]; count: number };
