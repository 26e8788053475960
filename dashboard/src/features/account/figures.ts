import type { Account, Trade } from "../../api/types";
import { money, signedPercent } from "../../lib/format";
import { liveEquity, openPnl, type Quotes, type Tone, toneOf } from "../../lib/pnl";

export interface LiveFigures {
  equity: string;
  openPnl: string;
  openTone: Tone;
  totalPnl: string;
  totalPercent: string;
  totalTone: Tone;
}

/** The account's figures at the latest quotes. Without open trades they are the server's own, to the letter. */
export function liveFigures(account: Account, open: Trade[], quotes: Quotes): LiveFigures {
  const { currency } = account;
  if (open.length === 0) {
    const total = Number(account.balance) - Number(account.initial_balance);
    return {
      equity: account.balance_formatted,
      openPnl: money(0, currency, true),
      openTone: "flat",
      totalPnl: money(total, currency, true),
      totalPercent: percentOf(total, account),
      totalTone: toneOf(total),
    };
  }
  const floating = openPnl(open, quotes);
  const equity = liveEquity(account, open, quotes);
  const total = equity - Number(account.initial_balance);
  return {
    equity: money(equity, currency),
    openPnl: money(floating, currency, true),
    openTone: toneOf(floating),
    totalPnl: money(total, currency, true),
    totalPercent: percentOf(total, account),
    totalTone: toneOf(total),
  };
}

function percentOf(amount: number, account: Account): string {
  const initial = Number(account.initial_balance);
  return initial ? signedPercent((amount / initial) * 100) : "–";
}
