import { type Api, api as httpApi } from "../api/client";
import { ApiError, messageOf } from "../api/http";
import type { Trade } from "../api/types";
import { Emitter } from "../lib/emitter";
import { remember, remembered } from "../lib/prefs";
import { backoff } from "../live/backoff";
import { type CandleFrame, type EventFrame, type Frame, isEvent, place, type QuotesFrame } from "../live/frames";
import { LiveSocket } from "../live/socket";
import { load } from "./load";
import { Store } from "./store";

/** Loads an account over HTTP, then follows it over the live socket; loads again when the socket cannot resume. */
export class Controller {
  readonly store = new Store();
  /** Quotes and closed candles, as they pass. */
  readonly market = new Emitter<QuotesFrame | CandleFrame>();
  /** News of trades, from events and from answers. */
  readonly trades = new Emitter<Trade>();
  /** Every event applied, those that were caught up with, too. */
  readonly events = new Emitter<EventFrame>();
  /** Events that happened while this page was connected: worth telling a person. */
  readonly news = new Emitter<EventFrame>();
  readonly signedOut = new Emitter<void>();

  private socket: LiveSocket | null = null;
  private turn = 0;
  private failures = 0;
  private retry: number | undefined;
  private helloNumber = 0;
  private gapAt: number | null = null;

  constructor(private readonly api: Api = httpApi) {}

  start(): void {
    void this.sync(Number(remembered("account")) || undefined);
  }

  stop(): void {
    this.turn += 1;
    window.clearTimeout(this.retry);
    this.socket?.stop();
    this.socket = null;
  }

  reload = (): void => void this.sync(this.store.get().account?.id);

  select = (account: number): void => {
    remember("account", String(account));
    void this.sync(account);
  };

  retryNow = (): void => {
    if (this.store.get().phase === "ready" && this.socket !== null) this.socket.retryNow();
    else this.reload();
  };

  /** Apply what an answer says of a trade, as if its event had come. */
  tradeChanged(trade: Trade): void {
    this.store.dispatch({ type: "trade", trade });
    this.trades.emit(trade);
  }

  /** An account was closed: should it be the one that is shown, go on to another. */
  accountClosed(account: number): void {
    if (this.store.get().account?.id !== account) return;
    remember("account", "");
    void this.sync(undefined);
  }

  private async sync(account: number | undefined): Promise<void> {
    this.stop();
    const turn = this.turn;
    this.store.dispatch({ type: "connection", connection: { state: "syncing" } });
    try {
      const snapshot = await load(this.api, account);
      if (turn !== this.turn) return;
      this.failures = 0;
      this.gapAt = null;
      this.store.dispatch({ type: "loaded", snapshot });
      this.follow();
    } catch (error) {
      if (turn === this.turn) this.loadFailed(error, account);
    }
  }

  private loadFailed(error: unknown, account: number | undefined): void {
    if (error instanceof ApiError && error.signedOut) {
      this.signedOut.emit();
      return;
    }
    // The account remembered from another day may be gone.
    const next = error instanceof ApiError && error.status === 404 ? undefined : account;
    const pause = backoff(this.failures + 2, Math.random);
    this.failures += 1;
    this.store.dispatch({ type: "failed", message: messageOf(error) });
    this.store.dispatch({ type: "connection", connection: { state: "offline", retryAt: Date.now() + pause } });
    this.retry = window.setTimeout(() => void this.sync(next), next === account ? pause : 0);
  }

  private follow(): void {
    this.socket = new LiveSocket({
      last: () => this.store.get().number,
      connection: (connection) => this.store.dispatch({ type: "connection", connection }),
      signedOut: () => this.signedOut.emit(),
      frame: (frame) => this.heard(frame),
    });
    this.socket.start();
  }

  private heard(frame: Frame): void {
    if (isEvent(frame)) {
      this.event(frame);
      return;
    }
    switch (frame.type) {
      case "hello":
        this.helloNumber = frame.number;
        return;
      case "resync":
        this.reload();
        return;
      case "heartbeat":
        if (frame.number > this.store.get().number) this.gap();
        return;
      case "quotes":
        this.store.dispatch({ type: "quotes", frame });
        this.market.emit(frame);
        return;
      case "candle":
        this.market.emit(frame);
        return;
      default:
    }
  }

  private event(frame: EventFrame): void {
    switch (place(this.store.get().number, frame.number)) {
      case "old":
        return;
      case "gap":
        this.gap();
        return;
      case "next":
        this.store.dispatch({ type: "event", frame });
        this.events.emit(frame);
        if (frame.type.startsWith("trade_")) this.trades.emit(frame.payload as Trade);
        if (frame.number > this.helloNumber) this.news.emit(frame);
        if (frame.type === "status" && frame.payload.account?.closed_at) this.accountClosed(frame.payload.account.id);
    }
  }

  /** Events are missing: ask again from the last one applied; should that not bring them, load everything anew. */
  private gap(): void {
    const last = this.store.get().number;
    if (this.gapAt === last) {
      this.reload();
      return;
    }
    this.gapAt = last;
    this.socket?.resume();
  }
}
