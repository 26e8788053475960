import type {
  Alert,
  AlertPage,
  Channel,
  ChannelRequest,
  NotificationServices,
  Telegram,
  TestResult,
} from "./alertTypes";
import type { AccountChanges, Broker, Connected, ConnectRequest, Credential, NewAccount } from "./brokerTypes";
import { query, type Query, rememberCsrf, request } from "./http";
import type {
  Algorithm,
  KillRequest,
  KillSwitch,
  NewSession,
  SessionAction,
  SessionDetail,
  SessionSettings,
  Strategy,
} from "./sessionTypes";
import type { ShadowReport } from "./shadowTypes";
import type { CloseRequest, Journal, TradeChanges, TradeDetail } from "./tradeTypes";
import type {
  Account,
  AccountDetail,
  Bar,
  Decision,
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
  equity: (account: number) =>
    request<{ points: EquityPoint[] }>("GET", `/accounts/${account}/equity/?limit=600`).then((data) => data.points),
  /** The first paper account, if any, and the number of the last event in any case. */
  status: () => request<Status>("GET", "/dev/paper/status/"),
  start: (key: string) => request<Status>("POST", "/dev/paper/start/", { body: {}, key }),
  reset: (account: number, body: { initial_balance?: string }, key: string) =>
    request<Status>("POST", `/dev/paper/reset/${query({ account })}`, { body, key }),
  closeTrade: (trade: number, key: string) => request<Trade>("POST", `/trades/${trade}/close/`, { key }),
  closePart: (trade: number, body: CloseRequest, key: string) =>
    request<Trade>("POST", `/trades/${trade}/close/`, { body, key }),
  modifyTrade: (trade: number, body: TradeChanges, key: string) =>
    request<TradeDetail>("POST", `/trades/${trade}/modify/`, { body, key }),
  writeJournal: (trade: number, body: Partial<Journal>, key: string) =>
    request<Journal>("PATCH", `/trades/${trade}/notes/`, { body, key }),

  trade: (id: number) => request<TradeDetail>("GET", `/trades/${id}/`),
  trades: (filters: Query, signal?: AbortSignal) =>
    request<Page<Trade>>("GET", `/trades/${query(filters)}`, signal ? { signal } : {}),
  signals: (filters: Query) => request<Page<Signal>>("GET", `/signals/${query(filters)}`),

  decisions: (filters: Query, signal?: AbortSignal) =>
    request<Page<Decision>>("GET", `/decisions/${query(filters)}`, signal ? { signal } : {}),

  session: (id: number) => request<SessionDetail>("GET", `/sessions/${id}/`),
  createSession: (body: NewSession, key: string) => request<Session>("POST", "/sessions/", { body, key }),
  changeSession: (id: number, body: Partial<SessionSettings>) => request<Session>("PATCH", `/sessions/${id}/`, { body }),
  /** Only one that is stopped and has no past. */
  removeSession: (id: number) => request<undefined>("DELETE", `/sessions/${id}/`),
  actOnSession: (id: number, action: SessionAction, body: object, key: string) =>
    request<Session>("POST", `/sessions/${id}/${action}/`, { body, key }),
  algorithms: (id: number) => request<Page<Algorithm>>("GET", `/sessions/${id}/algorithms/?limit=200`).then((page) => page.results),
  strategies: () => request<{ strategies: Strategy[] }>("GET", "/strategies/").then((data) => data.strategies),

  killSwitch: () => request<KillSwitch>("GET", "/killswitch/"),
  moveKillSwitch: (body: KillRequest, key: string) => request<KillSwitch>("POST", "/killswitch/", { body, key }),

  /** The paper twin's report. Raises ApiError 404 where there is no twin. */
  shadow: (session: number) => request<ShadowReport>("GET", `/sessions/${session}/shadow/?limit=20`),
  startShadow: (session: number, key: string) => request<Session>("POST", `/sessions/${session}/shadow/`, { key }),
  stopShadow: (session: number) => request<undefined>("DELETE", `/sessions/${session}/shadow/`),

  alerts: (filters: Query) => request<AlertPage>("GET", `/alerts/${query(filters)}`),
  readAlert: (id: number) => request<Alert>("POST", `/alerts/${id}/read/`),
  readAllAlerts: () => request<{ read: number }>("POST", "/alerts/read-all/"),
  channels: () => request<Page<Channel>>("GET", "/notifications/?limit=200").then((page) => page.results),
  addChannel: (body: ChannelRequest, key: string) => request<Channel>("POST", "/notifications/", { body, key }),
  changeChannel: (id: number, body: Partial<ChannelRequest>) => request<Channel>("PATCH", `/notifications/${id}/`, { body }),
  removeChannel: (id: number) => request<undefined>("DELETE", `/notifications/${id}/`),
  testChannel: (id: number) => request<TestResult>("POST", `/notifications/${id}/test/`),
  notificationServices: () => request<NotificationServices>("GET", "/notifications/services/"),
  telegram: () => request<Telegram>("GET", "/telegram/"),
  setTelegram: (token: string) => request<Telegram>("PUT", "/telegram/", { body: { token } }),
  switchTelegram: (is_enabled: boolean) => request<Telegram>("PATCH", "/telegram/", { body: { is_enabled } }),
  removeTelegram: () => request<undefined>("DELETE", "/telegram/"),
  linkTelegram: () => request<Telegram>("POST", "/telegram/link/"),

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
  /** The latest; with `before` (epoch seconds) the `limit` periods before that. */
  candles: (venue: string, symbol: string, timeframe: string, limit: number, before?: number) =>
    request<{ candles: Bar[] }>("GET", `/market/candles/${query({ venue, symbol, timeframe, limit, before })}`).then(
      (data) => data.candles,
    ),
};

export type Api = typeof api;
