import type { Api } from "../api/client";
import { FEED_LENGTH, type Snapshot } from "./model";

/** Everything the dashboard shows of an account (default: the first paper one). Raises ApiError. */
export async function load(api: Api, account: number | undefined): Promise<Snapshot> {
  // Status comes first: its event number must not be newer than the lists, so that what they miss is sent again.
  const status = await api.status(account);
  const id = status.account?.id;
  const [accounts, open, closing, signals, equity, symbols] = await Promise.all([
    api.accounts(),
    id === undefined ? [] : api.trades({ account: id, status: "OPEN", limit: 500 }).then((page) => page.results),
    id === undefined ? [] : api.trades({ account: id, status: "CLOSING", limit: 500 }).then((page) => page.results),
    api.signals({ limit: FEED_LENGTH }),
    id === undefined ? [] : api.equity(id),
    // Without market data the account can still be watched and its trades closed.
    api.symbols().catch(() => []),
  ]);
  return {
    status,
    accounts,
    open: [...new Map([...open, ...closing].map((trade) => [trade.id, trade])).values()].sort((a, b) => b.id - a.id),
    signals: signals.results,
    signalCount: signals.count,
    equity,
    symbols,
  };
}
