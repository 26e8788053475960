import type { Api } from "../api/client";
import type { Status } from "../api/types";
import { FEED_LENGTH, type Snapshot } from "./model";

/** An account in any mode with its sessions; without one named, the first on paper. */
async function statusOf(api: Api, id: number | undefined): Promise<Status> {
  if (id === undefined) return api.status();
  const { last_event_number, ...account } = await api.account(id);
  return { account, sessions: account.sessions, last_event_number };
}

/** Everything the dashboard shows of an account (default: the first paper one, then one that is not real money). Raises ApiError. */
export async function load(api: Api, account: number | undefined): Promise<Snapshot> {
  // Status comes first: its event number must not be newer than the lists, so that what they miss is sent again.
  const status = await statusOf(api, account);
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
  const other = accounts.find((item) => item.mode !== "LIVE") ?? accounts[0];
  if (account === undefined && id === undefined && other !== undefined) return load(api, other.id);
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
