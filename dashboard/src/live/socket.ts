/** The live socket: resumes where it stopped, notices silence, and tries again ever more patiently. */

import { backoff } from "./backoff";
import { type Frame, parseFrame } from "./frames";

export type Connection =
  | { state: "connecting" }
  | { state: "live" }
  | { state: "syncing" }
  | { state: "reconnecting"; retryAt: number; attempt: number }
  | { state: "offline"; retryAt: number | null };

export interface Handlers {
  /** The last event number that was applied. */
  last: () => number;
  frame: (frame: Frame) => void;
  connection: (connection: Connection) => void;
  signedOut: () => void;
}

export interface Surroundings {
  make: (url: string) => WebSocket;
  random: () => number;
  online: () => boolean;
}

/** A server that says nothing for this long is dead, whatever the socket's state says: it owes a heartbeat every 10 s. */
export const SILENCE_MS = 25_000;
/** A connection that held for this long was a good one: the next failure starts counting anew. */
export const STEADY_MS = 5_000;
const OFFLINE_AFTER = 6;
const UNAUTHENTICATED = 4401;

const browser: Surroundings = {
  make: (url) => new WebSocket(url),
  random: Math.random,
  online: () => navigator.onLine,
};

export class LiveSocket {
  private socket: WebSocket | null = null;
  private failures = 0;
  private watchdog: number | undefined;
  private retry: number | undefined;
  private steady: number | undefined;
  private started = false;

  constructor(
    private readonly handlers: Handlers,
    private readonly around: Surroundings = browser,
  ) {}

  start(): void {
    if (this.started) return;
    this.started = true;
    window.addEventListener("online", this.retryNow);
    window.addEventListener("offline", this.wentOffline);
    this.connect();
  }

  stop(): void {
    this.started = false;
    window.removeEventListener("online", this.retryNow);
    window.removeEventListener("offline", this.wentOffline);
    this.drop();
  }

  /** Leave this connection and ask anew for what follows the last event applied. */
  resume(): void {
    if (!this.started) return;
    this.drop();
    this.waitAndRetry();
  }

  retryNow = (): void => {
    if (!this.started) return;
    this.failures = 0;
    this.drop();
    this.connect();
  };

  private readonly wentOffline = (): void => {
    this.drop();
    this.handlers.connection({ state: "offline", retryAt: null });
  };

  private connect(): void {
    this.handlers.connection({ state: "connecting" });
    const scheme = window.location.protocol === "https:" ? "wss" : "ws";
    const socket = this.around.make(`${scheme}://${window.location.host}/ws/live/?last=${this.handlers.last()}`);
    this.socket = socket;
    socket.onmessage = (message) => {
      if (this.socket === socket) this.heard(message.data);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.drop();
      if (event.code === UNAUTHENTICATED) this.handlers.signedOut();
      else this.waitAndRetry();
    };
    this.watch();
  }

  private heard(data: unknown): void {
    this.watch();
    const frame = parseFrame(data);
    if (frame === null) return;
    if (frame.type === "hello") {
      this.steady = window.setTimeout(() => (this.failures = 0), STEADY_MS);
      this.handlers.connection({ state: "live" });
    }
    this.handlers.frame(frame);
  }

  private watch(): void {
    window.clearTimeout(this.watchdog);
    this.watchdog = window.setTimeout(() => this.resume(), SILENCE_MS);
  }

  private waitAndRetry(): void {
    if (!this.around.online()) {
      this.wentOffline();
      return;
    }
    const pause = backoff(this.failures, this.around.random);
    this.failures += 1;
    const retryAt = Date.now() + pause;
    this.handlers.connection(
      this.failures > OFFLINE_AFTER
        ? { state: "offline", retryAt }
        : { state: "reconnecting", retryAt, attempt: this.failures },
    );
    this.retry = window.setTimeout(() => this.connect(), pause);
  }

  /** Forget the socket: what it still says is not heard. */
  private drop(): void {
    window.clearTimeout(this.watchdog);
    window.clearTimeout(this.retry);
    window.clearTimeout(this.steady);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }
}
