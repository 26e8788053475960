/** The address bar as state: four pages under /, whatever the host page is served at. */

import { type MouseEvent, type ReactNode, useSyncExternalStore } from "react";

export const PAGES = [
  { path: "/", name: "overview", title: "Overview" },
  { path: "/trades", name: "trades", title: "Trades" },
  { path: "/signals", name: "signals", title: "Signals" },
  { path: "/settings", name: "settings", title: "Settings" },
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

/** The page that a path names; the overview for one that names none. */
export function pageOf(path: string): PageName {
  const bare = path.replace(/\/+$/, "") || "/";
  return PAGES.find((page) => page.path === bare)?.name ?? "overview";
}

export function usePage(): PageName {
  return pageOf(useSyncExternalStore(subscribe, () => window.location.pathname));
}

export function go(path: string): void {
  window.history.pushState(null, "", path);
  window.dispatchEvent(new Event(MOVED));
  window.scrollTo(0, 0);
}

interface LinkProps {
  to: string;
  current?: boolean;
  className?: string;
  testId?: string;
  children: ReactNode;
}

export function Link({ to, current, className, testId, children }: LinkProps) {
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
      aria-current={current ? "page" : undefined}
      onClick={follow}
    >
      {children}
    </a>
  );
}
