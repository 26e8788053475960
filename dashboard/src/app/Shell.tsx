import { Suspense } from "react";

import type { Me } from "../api/types";
import { AccountBar } from "../features/account/AccountBar";
import { LiveStrip } from "../features/account/LiveStrip";
import { Welcome } from "../features/account/Welcome";
import { ConnectionBanner } from "../features/connection/ConnectionBanner";
import { KillBanner } from "../features/killswitch/KillBanner";
import { useKillSwitch } from "../features/killswitch/useKillSwitch";
import { Overview } from "../pages/Overview";
import { SettingsPage } from "../pages/SettingsPage";
import { SignalsPage } from "../pages/SignalsPage";
import { TradesPage } from "../pages/TradesPage";
import { useController, useDash } from "../state/context";
import { RoleContext, useHindrance } from "../state/rights";
import { ErrorState, Skeleton } from "../ui/states";
import { DeskSkeleton } from "./DeskSkeleton";
import { Guard } from "./Guard";
import { lazyPage } from "./lazyPage";
import { type PageName, type Place, usePlace } from "./router";
import { BottomNav, TopBar } from "./TopBar";

const AccountsPage = lazyPage(() => import("../pages/AccountsPage").then((module) => module.AccountsPage));
const BacktestsPage = lazyPage(() => import("../pages/BacktestsPage").then((module) => module.BacktestsPage));
const BrokersPage = lazyPage(() => import("../pages/BrokersPage").then((module) => module.BrokersPage));
const SessionsPage = lazyPage(() => import("../pages/SessionsPage").then((module) => module.SessionsPage));
const DecisionsPage = lazyPage(() => import("../pages/DecisionsPage").then((module) => module.DecisionsPage));

const PerformancePage = lazyPage(() => import("../pages/PerformancePage").then((module) => module.PerformancePage));
const TradePage = lazyPage(() => import("../pages/TradePage").then((module) => module.TradePage));
const AlertsPage = lazyPage(() => import("../pages/AlertsPage").then((module) => module.AlertsPage));
const NotificationsPage = lazyPage(() => import("../pages/NotificationsPage").then((module) => module.NotificationsPage));

type AccountPage = Extract<PageName, "overview" | "trades" | "signals" | "settings">;

function Page({ name }: { name: AccountPage }) {
  switch (name) {
    case "overview":
      return <Overview />;
    case "trades":
      return <TradesPage />;
    case "signals":
      return <SignalsPage />;
    case "settings":
      return <SettingsPage />;
  }
}

/** A page about the selected account. */
function OfAccount({ page }: { page: AccountPage }) {
  const controller = useController();
  const phase = useDash((state) => state.phase);
  const problem = useDash((state) => state.problem);
  const account = useDash((state) => state.account);
  if (phase === "loading") return <DeskSkeleton />;
  if (phase === "failed") {
    return <ErrorState title="The account cannot be loaded" message={problem ?? ""} retry={controller.reload} />;
  }
  if (account === null) return <Welcome />;
  return (
    <>
      <AccountBar account={account} />
      <ConnectionBanner />
      <Page key={account.id} name={page} />
    </>
  );
}

/** What is of all accounts can be seen without one, or with one that cannot be loaded. */
function Content({ page, part }: Place) {
  switch (page) {
    case "accounts":
      return <AccountsPage />;
    case "backtests":
      return <BacktestsPage part={part} />;
    case "brokers":
      return <BrokersPage part={part} />;
    case "sessions":
      return <SessionsPage part={part} />;
    case "decisions":
      return <DecisionsPage />;
    case "performance":
      return <PerformancePage />;
    case "alerts":
      return <AlertsPage />;
    case "notifications":
      return <NotificationsPage />;
    case "trades":
      return part === "" ? <OfAccount page={page} /> : <TradePage part={part} />;
    default:
      return <OfAccount page={page} />;
  }
}

function Hindrance() {
  const hindrance = useHindrance();
  return (
    hindrance && (
      <p className="note hindrance" data-testid="hindrance">
        {hindrance}
      </p>
    )
  );
}

export function Shell({ me, signedOut }: { me: Me; signedOut: (expired: boolean) => void }) {
  const place = usePlace();
  const kill = useKillSwitch();
  const { page } = place;
  return (
    <RoleContext value={me.role}>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <div className="masthead">
        <LiveStrip />
        <TopBar me={me} page={page} kill={kill} signedOut={() => signedOut(false)} />
        <KillBanner kill={kill} />
      </div>
      <main id="content" className="content" tabIndex={-1}>
        <Hindrance />
        <Guard key={`${page}/${place.part}`}>
          <Suspense fallback={<Skeleton lines={12} />}>
            <Content {...place} />
          </Suspense>
        </Guard>
      </main>
      <BottomNav page={page} />
    </RoleContext>
  );
}
