import type { Me } from "../api/types";
import { AccountBar } from "../features/account/AccountBar";
import { LiveStrip } from "../features/account/LiveStrip";
import { Welcome } from "../features/account/Welcome";
import { ConnectionBanner } from "../features/connection/ConnectionBanner";
import { AccountsPage } from "../pages/AccountsPage";
import { BrokersPage } from "../pages/BrokersPage";
import { Overview } from "../pages/Overview";
import { SettingsPage } from "../pages/SettingsPage";
import { SignalsPage } from "../pages/SignalsPage";
import { TradesPage } from "../pages/TradesPage";
import { useController, useDash } from "../state/context";
import { ErrorState } from "../ui/states";
import { DeskSkeleton } from "./DeskSkeleton";
import { Guard } from "./Guard";
import { type PageName, type Place, usePlace } from "./router";
import { BottomNav, TopBar } from "./TopBar";

type AccountPage = Exclude<PageName, "accounts" | "brokers">;

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

/** Accounts and brokers can be seen to without an account, or with one that cannot be loaded. */
function Content({ page, part }: Place) {
  if (page === "accounts") return <AccountsPage />;
  if (page === "brokers") return <BrokersPage part={part} />;
  return <OfAccount page={page} />;
}

export function Shell({ me, signedOut }: { me: Me; signedOut: (expired: boolean) => void }) {
  const place = usePlace();
  const { page } = place;
  return (
    <>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <div className="masthead">
        <LiveStrip />
        <TopBar me={me} page={page} signedOut={() => signedOut(false)} />
      </div>
      <main id="content" className="content" tabIndex={-1}>
        <Guard key={`${page}/${place.part}`}>
          <Content {...place} />
        </Guard>
      </main>
      <BottomNav page={page} />
    </>
  );
}
