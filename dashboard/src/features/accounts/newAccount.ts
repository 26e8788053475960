/** What the form of a new account holds, and the request that it becomes. */

import type { Credential, Mode, NewAccount } from "../../api/brokerTypes";

export interface More {
  currency: string;
  leverage: string;
  symbols: string;
  timeframe: string;
}

export const NOTHING_MORE: More = { currency: "", leverage: "", symbols: "", timeframe: "1m" };

/** Names between commas or spaces, each once. */
export function symbolsOf({ symbols }: More): string[] {
  return [...new Set(symbols.split(/[\s,;]+/).filter(Boolean))];
}

/** Only what was filled in is sent: the server knows what is usual. */
export function requestOf(mode: Mode, name: string, balance: string, keys: Credential | undefined, more: More): NewAccount {
  const body: NewAccount = { name: name.trim(), mode };
  if (more.currency.trim()) body.currency = more.currency.trim();
  if (more.leverage.trim()) body.leverage = more.leverage.trim();
  if (mode === "PAPER") {
    if (balance.trim()) body.initial_balance = balance.trim();
    return body;
  }
  if (keys !== undefined) {
    body.broker = keys.broker;
    body.credential = keys.id;
  }
  const symbols = symbolsOf(more);
  if (symbols.length > 0) {
    body.symbols = symbols;
    body.timeframe = more.timeframe;
  }
  return body;
}
