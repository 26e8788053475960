/** The live socket: resumes where it stopped, notices silence, and tries again ever more patiently. */

export type Connection =
  | { state: "connecting" }
  | { state: "live" }
  | { state: "waiting"; retryAt: number }
  | { state: "signed-out" };

export interface Handlers {
  /** The last event number that was applied. */
  last: () => number;
  frame: (frame: { type: string } & Record<string, unknown>) => void;
  connection: (connection: Connection) => void;
}

const SILENCE_MS = 25_000;
const LONGEST_WAIT_MS = 30_000;
const UNAUTHENTICATED = 4401;

export class LiveSocket {
  private socket: WebSocket | null = null;
  private failures = 0;
  private watchdog: number | undefined;
  private retry: number | undefined;
  private closed = false;

  constructor(
    private readonly handlers: Handlers,
    private readonly make: (url: string) => WebSocket = (url) => new WebSocket(url),
    private readonly random: () => number = Math.random,
  ) {}

  open(): void {
    this.closed = false;
    this.connect();
  }

  close(): void {
    this.closed = true;
    window.clearTimeout(this.watchdog);
    window.clearTimeout(this.retry);
    this.socket?.close();
    this.socket = null;
  }

  /** Drop the connection and resume from the last event applied. */
  resume(): void {
    this.socket?.close();
  }

  private connect(): void {
    this.handlers.connection({ state: "connecting" });
    const scheme = window.location.protocol === "https:" ? "wss" : "ws";
    const socket = this.make(`${scheme}://${window.location.host}/ws/live/?last=${this.handlers.last()}`);
    this.socket = socket;
    socket.onmessage = (message) => {
      this.watch(socket);
      const frame = JSON.parse(String(message.data)) as { type: string };
      if (frame.type === "hello") {
        this.failures = 0;
        this.handlers.connection({ state: "live" });
      }
      this.handlers.frame(frame);
    };
    socket.onclose = (event) => {
      if (this.closed || this.socket !== socket) return;
      window.clearTimeout(this.watchdog);
      if (event.code === UNAUTHENTICATED) this.handlers.connection({ state: "signed-out" });
      else this.wait();
    };
    this.watch(socket);
  }

  /** A socket that says nothing for longer than its heartbeat is dead, whatever its state says. */
  private watch(socket: WebSocket): void {
    window.clearTimeout(this.watchdog);
    this.watchdog = window.setTimeout(() => {
      socket.onclose = null;
      socket.close();
      if (!this.closed) this.wait();
    }, SILENCE_MS);
  }

  private wait(): void {
    const ceiling = Math.min(LONGEST_WAIT_MS, 500 * 2 ** this.failures);
    this.failures += 1;
    const pause = ceiling * (0.5 + this.random() / 2);
    this.handlers.connection({ state: "waiting", retryAt: Date.now() + pause });
    this.retry = window.setTimeout(() => this.connect(), pause);
  }
}
