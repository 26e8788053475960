import type { AccountChanges, Broker, Connected, ConnectRequest, Credential, NewAccount } from "./brokerTypes";
import { query, type Query, rememberCsrf, request } from "./http";
import type {
  Account,
  AccountDetail,
  Bar,
  EquityPoint,
  MarketSymbol,
  Me,
  Page,
  Session,
  Signal,
  Status,
  Trade,
} from "./types";

function known(me: Me): Me {
  rememberCsrf(me.csrf_token);
  return me;
}

export const api = {
  me: () => request<Me>("GET", "/auth/me/").then(known),
  login: (username: string, password: string) =>
    request<Me>("POST", "/auth/login/", { body: { username, password } }).then(known),
  logout: () => request<undefined>("POST", "/auth/logout/"),

  accounts: () => request<Page<Account>>("GET", "/accounts/?limit=200").then((page) => page.results),
  account: (id: number) => request<AccountDetail>("GET", `/accounts/${id}/`),
  createAccount: (body: NewAccount, key: string) => request<Account>("POST", "/accounts/", { body, key }),
  changeAccount: (id: number, body: AccountChanges) => request<Account>("PATCH", `/accounts/${id}/`, { body }),
  /** It trades no more; its past stays. */
  closeAccount: (id: number) => request<undefined>("DELETE", `/accounts/${id}/`),
  checkAccount: (id: number) => request<Account>("POST", `/accounts/${id}/check/`),
  setLiveTrading: (id: number, body: { enabled: boolean; confirm?: string }) =>
    request<Account>("POST", `/accounts/${id}/live-trading/`, { body }),
  switchSession: (account: number, session: number, on: boolean) =>
    request<Session>("POST", `/accounts/${account}/sessions/${session}/${on ? "start" : "stop"}/`),
  equity: (account: number) =>
    request<{ points: EquityPoint[] }>("GET", `/accounts/${account}/equity/?limit=600`).then((data) => data.points),
  /** The first paper account, if any, and the number of the last event in any case. */
  status: () => request<Status>("GET", "/dev/paper/status/"),
  start: (key: string) => request<Status>("POST", "/dev/paper/start/", { body: {}, key }),
  reset: (account: number, body: { initial_balance?: string }, key: string) =>
    request<Status>("POST", `/dev/paper/reset/${query({ account })}`, { body, key }),
  closeTrade: (trade: number, key: string) => request<Trade>("POST", `/trades/${trade}/close/`, { key }),

  trade: (id: number) => request<Trade>("GET", `/trades/${id}/`),
  trades: (filters: Query, signal?: AbortSignal) =>
    request<Page<Trade>>("GET", `/trades/${query(filters)}`, signal ? { signal } : {}),
  signals: (filters: Query) => request<Page<Signal>>("GET", `/signals/${query(filters)}`),

  brokers: () => request<Page<Broker>>("GET", "/brokers/").then((page) => page.results),
  /** Tries keys; with `save` they are kept when they work, and `key` makes a repetition harmless. */
  connect: (body: ConnectRequest, key?: string) =>
    request<{ data: Connected }>("POST", "/connect/", { body, ...(key === undefined ? {} : { key }) }).then(
      (answer) => answer.data,
    ),
  credentials: () => request<Page<Credential>>("GET", "/credentials/?limit=200").then((page) => page.results),
  validateCredential: (id: number) => request<Credential>("POST", `/credentials/${id}/validate/`),
  removeCredential: (id: number) => request<undefined>("DELETE", `/credentials/${id}/`),

  symbols: () => request<{ symbols: MarketSymbol[] }>("GET", "/market/symbols/").then((data) => data.symbols),
  candles: (venue: string, symbol: string, timeframe: string, limit: number) =>
    request<{ candles: Bar[] }>("GET", `/market/candles/${query({ venue, symbol, timeframe, limit })}`).then(
      (data) => data.candles,
    ),
};

export type Api = typeof api;
