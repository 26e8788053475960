import type { Account, EquityPoint, Session } from "../api/types";
import { marketKey } from "../lib/pnl";
import { type EventFrame, type Payloads, place } from "../live/frames";
import { type Action, EQUITY_LENGTH, FEED_LENGTH, FEED_LONGEST, type Snapshot, type State } from "./model";
import { withDecision, withOlder, withSignal } from "./signals";
import { withTrade } from "./trades";

/** The state after `action`. An event that is not the next one changes nothing: the old arrive twice, a gap is refetched. */
export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "loaded":
      return loaded(state, action.snapshot);
    case "failed":
      return state.phase === "ready" ? state : { ...state, phase: "failed", problem: action.message };
    case "event":
      if (place(state.number, action.frame.number) !== "next") return state;
      return { ...applied(state, action.frame), number: action.frame.number };
    case "quotes": {
      const quotes = { ...state.quotes };
      for (const quote of action.frame.quotes) quotes[marketKey(quote)] = quote;
      return { ...state, quotes };
    }
    case "connection":
      return { ...state, connection: action.connection };
    case "trade":
      return withTrade(state, action.trade);
    case "account":
      return withAccount(state, action.account);
    case "accounts":
      return withAccounts(state, action.accounts);
    case "session":
      return withSession(state, action.session, action.gone);
    case "unread":
      return { ...state, unread: action.count };
    case "older-signals":
      return {
        ...state,
        signals: withOlder(state.signals, action.signals, FEED_LONGEST),
        signalCount: action.count,
        feedLength: FEED_LONGEST,
      };
  }
}

function loaded(state: State, snapshot: Snapshot): State {
  const { status, accounts, open, signals, signalCount, equity, symbols } = snapshot;
  return {
    ...state,
    phase: "ready",
    problem: null,
    generation: state.generation + 1,
    number: status.last_event_number,
    account: status.account,
    accounts,
    sessions: status.sessions,
    open,
    over: [],
    signals,
    signalCount,
    feedLength: FEED_LENGTH,
    loose: [],
    equity,
    symbols,
  };
}

function applied(state: State, frame: EventFrame): State {
  const mine = frame.account === null || frame.account === state.account?.id;
  switch (frame.type) {
    case "signal":
      return withSignal(state, frame.payload);
    case "decision":
      return withDecision(state, frame.payload);
    case "trade_executed":
    case "trade_update":
    case "trade_closed":
      return mine ? withTrade(state, frame.payload) : state;
    case "balance_update":
      return withPoint(withAccount(state, frame.payload), frame.payload, frame.created_at);
    case "alert":
      return { ...state, unread: (state.unread ?? 0) + 1 };
    case "status":
      return withStatus(state, frame.payload, mine);
    default:
      // An error is told, not kept; an event of a later server is skipped.
      return state;
  }
}

function withStatus(state: State, payload: Payloads["status"], mine: boolean): State {
  const told = payload.account && { ...payload.account, sessions: payload.sessions };
  const next = told ? withAccount(state, told) : state;
  return mine ? { ...next, sessions: payload.sessions } : next;
}

function withAccount(state: State, news: Account): State {
  const known = state.accounts.find((item) => item.id === news.id);
  const account = { ...known, ...news };
  // A closed account stays where it is being looked at, and is in no list.
  const others = state.accounts.filter((item) => item !== known);
  const changed = known ? state.accounts.map((item) => (item === known ? account : item)) : [...others, account];
  const accounts = account.closed_at ? others : changed;
  if (account.id !== state.account?.id) return { ...state, accounts };
  const startedOver = account.reset_at !== state.account.reset_at && account.reset_at !== null;
  const equity = startedOver ? [pointOf(account, account.reset_at ?? "")] : state.equity;
  return { ...state, accounts, account, equity };
}

/** The list as the server has it now. A reset is told by its event, which may have overtaken this answer. */
function withAccounts(state: State, accounts: Account[]): State {
  const fresh = accounts.find((item) => item.id === state.account?.id);
  const sure = fresh !== undefined && fresh.reset_at === state.account?.reset_at;
  return { ...state, accounts, account: sure ? fresh : state.account };
}

/** The state with a session as it is now, or (`gone`) without it. */
function withSession(state: State, session: Session, gone = false): State {
  const put = (sessions: Session[]) => {
    if (gone) return sessions.filter((item) => item.id !== session.id);
    const known = sessions.some((item) => item.id === session.id);
    return known ? sessions.map((item) => (item.id === session.id ? session : item)) : [...sessions, session];
  };
  const accounts = state.accounts.map((item) =>
    item.id === session.account ? { ...item, sessions: put(item.sessions ?? []) } : item,
  );
  return { ...state, accounts, sessions: session.account === state.account?.id ? put(state.sessions) : state.sessions };
}

function pointOf(account: Account, time: string): EquityPoint {
  return { time, balance: account.balance, equity: account.equity };
}

function withPoint(state: State, account: Account, time: string): State {
  if (account.id !== state.account?.id) return state;
  const newest = state.equity.at(-1);
  if (newest !== undefined && Date.parse(time) <= Date.parse(newest.time)) return state;
  return { ...state, equity: [...state.equity, pointOf(account, time)].slice(-EQUITY_LENGTH) };
}
