/** One way to ask the server: session cookie, CSRF header, and the API's one error shape. */

export type FieldErrors = Record<string, string[]>;

/** An answer that is not a success. `status` is 0 when there was no answer at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: FieldErrors = {},
  ) {
    super(message);
    this.name = "ApiError";
  }

  get signedOut(): boolean {
    return this.status === 401 || this.code === "not_authenticated";
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

let csrfToken = "";

/** The token that /api/auth/me/ and login answer with: used where the cookie cannot be read. */
export function rememberCsrf(token: string): void {
  csrfToken = token;
}

function csrf(): string {
  const found = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  return found ? decodeURIComponent(found.slice("csrftoken=".length)) : csrfToken;
}

/** A fresh Idempotency-Key. crypto.randomUUID exists on secure origins only, and plain http on a LAN is not one. */
export function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export interface RequestOptions {
  body?: unknown;
  /** Idempotency-Key. */
  key?: string;
  signal?: AbortSignal;
}

/** The JSON that `method /api{path}` answers. Raises ApiError. */
export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (method !== "GET") headers["X-CSRFToken"] = csrf();
  if (options.key !== undefined) headers["Idempotency-Key"] = options.key;
  if (options.signal !== undefined) init.signal = options.signal;
  if (options.body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(options.body);
  }
  let answer: Response;
  try {
    answer = await fetch(`/api${path}`, init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, "unreachable", "The server cannot be reached.");
  }
  if (answer.status === 204) return undefined as T;
  const data: unknown = await answer.json().catch(() => null);
  if (answer.ok && data !== null) return data as T;
  throw asError(answer.status, data);
}

function asError(status: number, data: unknown): ApiError {
  const error = (data as { error?: { code?: string; message?: string; fields?: FieldErrors } } | null)?.error;
  return new ApiError(
    status,
    error?.code ?? "error",
    error?.message ?? `The server answered ${status} without saying why.`,
    error?.fields ?? {},
  );
}

export type Query = Record<string, string | number | undefined>;

/** "?a=1&b=2" of what is given; "" of nothing. */
export function query(values: Query): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  if (given.length === 0) return "";
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
