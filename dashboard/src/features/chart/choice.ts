/** Which market the price chart shows, remembered in this browser. */

import { useSyncExternalStore } from "react";

import { remember, remembered } from "../../lib/prefs";

export interface Market {
  venue: string;
  symbol: string;
}

const listeners = new Set<() => void>();
let chosen = remembered("market");

export function chooseMarket({ venue, symbol }: Market): void {
  chosen = `${venue}:${symbol}`;
  remember("market", chosen);
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** "venue:symbol", or null while nothing was chosen. */
export function useChosenMarket(): string | null {
  return useSyncExternalStore(subscribe, () => chosen);
}
