/** The address bar as state: the pages under /, some with a part of their own below, whatever the host page is served at. */

import { type MouseEvent, type ReactNode, useSyncExternalStore } from "react";

/**
 * `tab`: within a thumb's reach on a phone, where the others are behind "More". `bar`: in the bar at the top of a wide
 * screen, where the others are reached by the bell.
 */
export const PAGES = [
  { path: "/", name: "overview", title: "Overview", tab: true, bar: true },
  { path: "/sessions", name: "sessions", title: "Sessions", tab: true, bar: true },
  { path: "/trades", name: "trades", title: "Trades", tab: true, bar: true },
  { path: "/performance", name: "performance", title: "Performance", tab: false, bar: true },
  { path: "/signals", name: "signals", title: "Signals", tab: true, bar: true },
  { path: "/decisions", name: "decisions", title: "Decisions", tab: false, bar: true },
  { path: "/backtests", name: "backtests", title: "Backtests", tab: false, bar: true },
  { path: "/accounts", name: "accounts", title: "Accounts", tab: false, bar: true },
  { path: "/brokers", name: "brokers", title: "Brokers", tab: false, bar: true },
  { path: "/alerts", name: "alerts", title: "Alerts", tab: false, bar: false },
  { path: "/notifications", name: "notifications", title: "Notifications", tab: false, bar: false },
  { path: "/settings", name: "settings", title: "Settings", tab: false, bar: true },
] as const;

export type PageName = (typeof PAGES)[number]["name"];

const MOVED = "signalist:moved";

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(MOVED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(MOVED, listener);
  };
}

const DEEP: readonly PageName[] = ["backtests", "brokers", "sessions", "trades"];

export interface Place {
  page: PageName;
  /** What the path names below its page ("deribit" in /brokers/deribit); "" for nothing. */
  part: string;
}

/** The page that a path names, and its part; the overview for one that names none. */
export function placeOf(path: string): Place {
  const [, first = "", part = "", ...rest] = path.replace(/\/+$/, "").split("/");
  const page = PAGES.find((item) => item.path === `/${first}`)?.name;
  const known = page !== undefined && rest.length === 0 && (part === "" || DEEP.includes(page));
  return known ? { page, part } : { page: "overview", part: "" };
}

export function usePlace(): Place {
  return placeOf(useSyncExternalStore(subscribe, () => window.location.pathname));
}

/** What the address asks for behind its "?"; "" for what it does not. */
export function asked(name: string): string {
  return new URLSearchParams(window.location.search).get(name) ?? "";
}

/** What stands behind the "?", for a page that follows it. */
export function useSearch(): string {
  return useSyncExternalStore(subscribe, () => window.location.search);
}

/** Let the address say `search` in place of what it said, without a step in the history. */
export function replaceSearch(search: string): void {
  if (search === window.location.search) return;
  window.history.replaceState(null, "", `${window.location.pathname}${search}`);
  window.dispatchEvent(new Event(MOVED));
}

export function go(path: string): void {
  window.history.pushState(null, "", path);
  // The link that was followed may go with its page: who reads by keyboard goes on where the new one begins.
  document.getElementById("content")?.focus({ preventScroll: true });
  window.dispatchEvent(new Event(MOVED));
  window.scrollTo(0, 0);
}

interface LinkProps {
  to: string;
  current?: boolean;
  className?: string;
  testId?: string;
  /** In full, for those who do not see what stands beside. */
  label?: string;
  children: ReactNode;
}

export function Link({ to, current, className, testId, label, children }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a
      href={to}
      className={className}
      data-testid={testId}
      aria-label={label}
      aria-current={current ? "page" : undefined}
      onClick={follow}
    >
      {children}
    </a>
  );
}
