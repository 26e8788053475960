import type { Account, Bar, EquityPoint, MarketSymbol, Me, Signal, Status, Trade } from "./types";

/** An answer that is not a success, in the API's one error shape. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string[]> = {},
  ) {
    super(message);
  }
}

function cookie(name: string): string {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

/** Unguessable enough to be unique; crypto.randomUUID exists on secure origins only, and a LAN address is not one. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function request<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = cookie("csrftoken");
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key !== undefined) headers["Idempotency-Key"] = key;
  let answer: Response;
  try {
    const init: RequestInit = { method, headers, credentials: "same-origin" };
    if (body !== undefined) init.body = JSON.stringify(body);
    answer = await fetch(`/api${path}`, init);
  } catch {
    throw new ApiError(0, "offline", "The server cannot be reached.");
  }
  if (answer.status === 204) return undefined as T;
  const data: unknown = await answer.json().catch(() => null);
  if (answer.ok) return data as T;
  const error = (data as { error?: { code: string; message: string; fields?: Record<string, string[]> } } | null)?.error;
  throw new ApiError(
    answer.status,
    error?.code ?? "error",
    error?.message ?? `The server answered ${answer.status}.`,
    error?.fields ?? {},
  );
}

export interface Page<T> {
  count: number;
  results: T[];
}

function query(values: Record<string, string | number | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

export const api = {
  me: () => request<Me>("GET", "/auth/me/"),
  login: (username: string, password: string) => request<Me>("POST", "/auth/login/", { username, password }),
  logout: () => request<undefined>("POST", "/auth/logout/"),
  accounts: () => request<Page<Account>>("GET", "/accounts/?limit=200"),
  status: (account?: number) => request<Status>("GET", `/dev/paper/status/${query({ account })}`),
  start: () => request<Status>("POST", "/dev/paper/start/", {}, newKey()),
  settings: (account: number, changes: Partial<Account>) =>
    request<Account>("PATCH", `/dev/paper/settings/${query({ account })}`, changes),
  reset: (account: number, body: { initial_balance?: string }, key: string) =>
    request<Status>("POST", `/dev/paper/reset/${query({ account })}`, body, key),
  closeTrade: (trade: number, key: string) => request<Trade>("POST", `/dev/paper/trades/${trade}/close/`, undefined, key),
  trades: (filters: Record<string, string | number | undefined>) =>
    request<Page<Trade>>("GET", `/trades/${query(filters)}`),
  signals: (limit: number) => request<Page<Signal>>("GET", `/signals/${query({ limit })}`),
  equity: (account: number) =>
    request<{ points: EquityPoint[] }>("GET", `/accounts/${account}/equity/?limit=600`).then((data) => data.points),
  symbols: () => request<{ symbols: MarketSymbol[] }>("GET", "/market/symbols/").then((data) => data.symbols),
  candles: (venue: string, symbol: string, timeframe: string) =>
    request<{ candles: Bar[] }>("GET", `/market/candles/${query({ venue, symbol, timeframe, limit: 400 })}`).then(
      (data) => data.candles,
    ),
};
