import type { Account, Bar, Decision, EquityPoint, Quote, Session, Signal, Status, Trade } from "../api/types";

export const FEED_LENGTH = 60;
const EQUITY_LENGTH = 2000;

export interface Toast {
  id: number;
  tone: "good" | "bad" | "info";
  text: string;
}

/** What the dashboard knows of one account. `number` is that of the last event applied. */
export interface State {
  loaded: boolean;
  number: number;
  account: Account | null;
  sessions: Session[];
  open: Trade[];
  closed: Trade[];
  signals: Signal[];
  quotes: Record<string, Quote>;
  lastCandle: { venue: string; symbol: string; timeframe: string; candle: Bar } | null;
  equity: EquityPoint[];
  toasts: Toast[];
}

export const empty: State = {
  loaded: false,
  number: 0,
  account: null,
  sessions: [],
  open: [],
  closed: [],
  signals: [],
  quotes: {},
  lastCandle: null,
  equity: [],
  toasts: [],
};

export interface EventFrame {
  type: string;
  number: number;
  account: number | null;
  payload: unknown;
  created_at: string;
}

export type Action =
  | {
      type: "loaded";
      status: Status;
      open: Trade[];
      closed: Trade[];
      signals: Signal[];
      equity: EquityPoint[];
    }
  | { type: "event"; frame: EventFrame }
  | { type: "quotes"; quotes: Quote[] }
  | { type: "candle"; venue: string; symbol: string; timeframe: string; candle: Bar }
  | { type: "toast"; toast: Toast }
  | { type: "dismiss"; id: number };

export function quoteKey(venue: string, symbol: string): string {
  return `${venue}:${symbol}`;
}

/** The state after `action`. Events at or before the last number change nothing: they may arrive twice. */
export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "loaded":
      return {
        ...state,
        loaded: true,
        number: Math.max(action.status.last_event_number, 0),
        account: action.status.account,
        sessions: action.status.sessions,
        open: action.open,
        closed: action.closed,
        signals: action.signals,
        equity: action.equity,
      };
    case "quotes": {
      const quotes = { ...state.quotes };
      for (const quote of action.quotes) quotes[quoteKey(quote.venue, quote.symbol)] = quote;
      return { ...state, quotes };
    }
    case "candle": {
      const { venue, symbol, timeframe, candle } = action;
      return { ...state, lastCandle: { venue, symbol, timeframe, candle } };
    }
    case "toast":
      return { ...state, toasts: [...state.toasts.slice(-3), action.toast] };
    case "dismiss":
      return { ...state, toasts: state.toasts.filter((toast) => toast.id !== action.id) };
    case "event":
      return action.frame.number <= state.number ? state : { ...applied(state, action.frame), number: action.frame.number };
  }
}

function applied(state: State, frame: EventFrame): State {
  if (frame.account !== null && state.account !== null && frame.account !== state.account.id) return state;
  switch (frame.type) {
    case "signal":
      return { ...state, signals: withSignal(state.signals, frame.payload as Signal) };
    case "decision":
      return { ...state, signals: withDecision(state.signals, frame.payload as Decision) };
    case "trade_executed":
    case "trade_update":
      return withTrade(state, frame.payload as Trade);
    case "trade_closed":
      return withToast(withTrade(state, frame.payload as Trade), frame);
    case "balance_update":
      return withAccount(state, frame.payload as Account, frame.created_at);
    case "status": {
      const { account, sessions } = frame.payload as { account: Account; sessions: Session[] };
      return { ...state, account, sessions };
    }
    case "error":
      return withToast(state, frame);
    default:
      return state;
  }
}

function withSignal(signals: Signal[], signal: Signal): Signal[] {
  const known = signals.find((item) => item.id === signal.id);
  const merged = { ...signal, decisions: known?.decisions ?? [] };
  return [merged, ...signals.filter((item) => item.id !== signal.id)].slice(0, FEED_LENGTH);
}

function withDecision(signals: Signal[], decision: Decision): Signal[] {
  return signals.map((signal) => {
    if (signal.id !== decision.signal) return signal;
    const others = (signal.decisions ?? []).filter((item) => item.id !== decision.id);
    return { ...signal, decisions: [...others, decision] };
  });
}

function withTrade(state: State, trade: Trade): State {
  const open = state.open.filter((item) => item.id !== trade.id);
  const closed = state.closed.filter((item) => item.id !== trade.id);
  if (trade.status === "OPEN" || trade.status === "CLOSING") return { ...state, open: [trade, ...open], closed };
  if (trade.status === "CLOSED") return { ...state, open, closed: [trade, ...closed].slice(0, 500) };
  return { ...state, open, closed };
}

function withAccount(state: State, account: Account, time: string): State {
  const point = { time, balance: account.balance, equity: account.equity };
  return { ...state, account, equity: [...state.equity, point].slice(-EQUITY_LENGTH) };
}

function withToast(state: State, frame: EventFrame): State {
  const toast = toastOf(frame);
  return toast ? { ...state, toasts: [...state.toasts.slice(-3), toast] } : state;
}

function toastOf(frame: EventFrame): Toast | null {
  if (frame.type === "error") {
    return { id: frame.number, tone: "bad", text: (frame.payload as { message: string }).message };
  }
  const trade = frame.payload as Trade;
  const tone = Number(trade.realized_pnl) >= 0 ? "good" : "bad";
  const reason = (trade.exit_reason ?? "").toLowerCase().replace("_", " ");
  return { id: frame.number, tone, text: `${trade.symbol} closed by ${reason}: ${trade.realized_pnl_formatted}` };
}
