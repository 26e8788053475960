import { query, type Query, rememberCsrf, request } from "./http";
import type {
  Account,
  AccountSettings,
  Bar,
  EquityPoint,
  MarketSymbol,
  Me,
  Page,
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
  equity: (account: number) =>
    request<{ points: EquityPoint[] }>("GET", `/accounts/${account}/equity/?limit=600`).then((data) => data.points),
  status: (account?: number) => request<Status>("GET", `/dev/paper/status/${query({ account })}`),
  start: (key: string) => request<Status>("POST", "/dev/paper/start/", { body: {}, key }),
  updateSettings: (account: number, changes: Partial<AccountSettings>) =>
    request<Account>("PATCH", `/dev/paper/settings/${query({ account })}`, { body: changes }),
  reset: (account: number, body: { initial_balance?: string }, key: string) =>
    request<Status>("POST", `/dev/paper/reset/${query({ account })}`, { body, key }),
  closeTrade: (trade: number, key: string) => request<Trade>("POST", `/dev/paper/trades/${trade}/close/`, { key }),

  trade: (id: number) => request<Trade>("GET", `/trades/${id}/`),
  trades: (filters: Query, signal?: AbortSignal) =>
    request<Page<Trade>>("GET", `/trades/${query(filters)}`, signal ? { signal } : {}),
  signals: (filters: Query) => request<Page<Signal>>("GET", `/signals/${query(filters)}`),

  symbols: () => request<{ symbols: MarketSymbol[] }>("GET", "/market/symbols/").then((data) => data.symbols),
  candles: (venue: string, symbol: string, timeframe: string, limit: number) =>
    request<{ candles: Bar[] }>("GET", `/market/candles/${query({ venue, symbol, timeframe, limit })}`).then(
      (data) => data.candles,
    ),
};

export type Api = typeof api;
