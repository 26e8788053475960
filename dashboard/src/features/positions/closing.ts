/** Closing a trade by hand: one request for each trade, whatever is clicked, and wherever its row is drawn. */

import { api } from "../../api/client";
import { ApiError, messageOf, newKey } from "../../api/http";
import type { Controller } from "../../state/controller";
import { toasts } from "../toasts/toasts";

export class Closings {
  private busy: ReadonlySet<number> = new Set();
  private readonly keys = new Map<number, string>();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly send: typeof api.closeTrade = (id, key) => api.closeTrade(id, key),
    private readonly look: typeof api.trade = (id) => api.trade(id),
  ) {}

  get = (): ReadonlySet<number> => this.busy;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Send the request, unless one is under way. A repetition after a lost answer carries the same key. */
  async close(controller: Controller, id: number, symbol: string): Promise<void> {
    if (this.busy.has(id)) return;
    this.set(new Set([...this.busy, id]));
    const key = this.keys.get(id) ?? newKey();
    this.keys.set(id, key);
    try {
      controller.tradeChanged(await this.send(id, key));
      this.keys.delete(id);
    } catch (error) {
      await this.failed(controller, id, symbol, error);
    } finally {
      this.set(new Set([...this.busy].filter((item) => item !== id)));
    }
  }

  private async failed(controller: Controller, id: number, symbol: string, error: unknown): Promise<void> {
    const status = error instanceof ApiError ? error.status : 0;
    if (status > 0 && status < 500) this.keys.delete(id);
    if (error instanceof ApiError && error.code === "trade_not_open") {
      // It was closed in the meantime: show how it ended.
      toasts.show({ tone: "info", title: `${symbol} was closed already`, text: "A stop, a target or another hand came first." });
      await this.look(id).then(
        (trade) => controller.tradeChanged(trade),
        () => undefined,
      );
      return;
    }
    const unknown = status === 0 || status >= 500;
    toasts.show({
      tone: "bad",
      title: unknown ? `${symbol}: not known whether it closed` : `${symbol} is still open`,
      text: unknown ? `${messageOf(error)} Closing again is safe: the order is sent once.` : messageOf(error),
    });
  }

  private set(next: ReadonlySet<number>): void {
    this.busy = next;
    for (const listener of [...this.listeners]) listener();
  }
}

export const closings = new Closings();
