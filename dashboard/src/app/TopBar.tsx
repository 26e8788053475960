import { api } from "../api/client";
import { ApiError, messageOf } from "../api/http";
import type { Me } from "../api/types";
import { ConnectionState } from "../features/connection/ConnectionState";
import { toasts } from "../features/toasts/toasts";
import { Icon, type IconName, Logo } from "../ui/icons";
import { ThemeToggle } from "../ui/ThemeToggle";
import { Link, type PageName, PAGES } from "./router";

const ICONS: Record<PageName, IconName> = {
  overview: "chart",
  trades: "list",
  signals: "pulse",
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

export function TopBar({ me, page, signedOut }: { me: Me; page: PageName; signedOut: () => void }) {
  return (
    <header className="topbar">
      <Link to="/" className="brand">
        <Logo />
        <span>Signalist</span>
      </Link>
      <nav className="topnav" aria-label="Pages">
        {PAGES.map((item) => (
          <Link key={item.name} to={item.path} current={item.name === page} testId={`nav-${item.name}`}>
            {item.title}
          </Link>
        ))}
      </nav>
      <div className="topbar-end">
        <ConnectionState />
        <ThemeToggle />
        <span className="who">{me.username}</span>
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

/** The same pages within a thumb's reach, on a phone. */
export function BottomNav({ page }: { page: PageName }) {
  return (
    <nav className="bottomnav" aria-label="Pages (bottom)">
      {PAGES.map((item) => (
        <Link key={item.name} to={item.path} current={item.name === page} testId={`tab-${item.name}`}>
          <Icon name={ICONS[item.name]} />
          <span>{item.title}</span>
        </Link>
      ))}
    </nav>
  );
}
