import { useEffect, useRef, useState } from "react";

import { api } from "../api/client";
import { ApiError, messageOf } from "../api/http";
import type { Me } from "../api/types";
import { Bell } from "../features/alerts/Bell";
import { ConnectionState } from "../features/connection/ConnectionState";
import { KillButton } from "../features/killswitch/KillButton";
import type { KillState } from "../features/killswitch/useKillSwitch";
import { toasts } from "../features/toasts/toasts";
import { Icon, type IconName, Logo } from "../ui/icons";
import { ThemeToggle } from "../ui/ThemeToggle";
import { Link, type PageName, PAGES } from "./router";

const ICONS: Record<PageName, IconName> = {
  overview: "chart",
  sessions: "play",
  decisions: "scale",
  trades: "list",
  performance: "gauge",
  signals: "pulse",
  backtests: "flask",
  alerts: "bell",
  notifications: "send",
  accounts: "wallet",
  brokers: "plug",
  settings: "sliders",
};

function signOut(done: () => void): void {
  api.logout().then(done, (error: unknown) => {
    if (error instanceof ApiError && error.signedOut) done();
    else toasts.show({ tone: "bad", title: "Still signed in", text: messageOf(error) });
  });
}

interface TopBarProps {
  me: Me;
  page: PageName;
  kill: KillState;
  signedOut: () => void;
}

export function TopBar({ me, page, kill, signedOut }: TopBarProps) {
  return (
    <header className="topbar">
      <Link to="/" className="brand">
        <Logo />
        <span>Signalist</span>
      </Link>
      <nav className="topnav" aria-label="Pages">
        {PAGES.filter((item) => item.bar).map((item) => (
          <Link key={item.name} to={item.path} current={item.name === page} testId={`nav-${item.name}`}>
            {item.title}
          </Link>
        ))}
      </nav>
      <div className="topbar-end">
        <KillButton kill={kill} />
        <Bell current={page === "alerts"} />
        <ConnectionState />
        <ThemeToggle />
        <span className="who">
          {me.username}
          {me.role !== "trader" && <small> {me.role}</small>}
        </span>
        <button
          type="button"
          className="button ghost icon-text"
          data-testid="logout"
          aria-label={`Sign out ${me.username}`}
          title="Sign out"
          onClick={() => signOut(signedOut)}
        >
          <Icon name="exit" />
        </button>
      </div>
    </header>
  );
}

/** The pages within a thumb's reach, on a phone; those that are wanted less often behind one more tab. */
export function BottomNav({ page }: { page: PageName }) {
  const [open, setOpen] = useState(false);
  const rest = PAGES.filter((item) => !item.tab);
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const away = (event: Event) => {
      if (!nav.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  return (
    <nav
      ref={nav}
      className="bottomnav"
      aria-label="Pages (bottom)"
      onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
    >
      {PAGES.filter((item) => item.tab).map((item) => (
        <Tab key={item.name} item={item} page={page} />
      ))}
      <button
        type="button"
        aria-expanded={open}
        aria-controls="more-pages"
        className={rest.some((item) => item.name === page) ? "current" : undefined}
        data-testid="tab-more"
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" />
        <span>More</span>
      </button>
      {/* A page that was chosen is shown beneath: the list has done its work. */}
      <div id="more-pages" className="more-pages" hidden={!open} onClick={() => setOpen(false)}>
        {rest.map((item) => (
          <Tab key={item.name} item={item} page={page} />
        ))}
      </div>
    </nav>
  );
}

function Tab({ item, page }: { item: (typeof PAGES)[number]; page: PageName }) {
  return (
    <Link to={item.path} current={item.name === page} testId={`tab-${item.name}`}>
      <Icon name={ICONS[item.name]} />
      <span>{item.title}</span>
    </Link>
  );
}
