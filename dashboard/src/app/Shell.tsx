import type { Me } from "../api/types";
import { AccountBar } from "../features/account/AccountBar";
import { ConnectionBanner } from "../features/connection/ConnectionBanner";
import { Welcome } from "../features/account/Welcome";
import { Overview } from "../pages/Overview";
import { SettingsPage } from "../pages/SettingsPage";
import { SignalsPage } from "../pages/SignalsPage";
import { TradesPage } from "../pages/TradesPage";
import { useController, useDash } from "../state/context";
import { ErrorState } from "../ui/states";
import { DeskSkeleton } from "./DeskSkeleton";
import { type PageName, usePage } from "./router";
import { BottomNav, TopBar } from "./TopBar";

function Page({ name }: { name: PageName }) {
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

function Content({ page }: { page: PageName }) {
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

export function Shell({ me, signedOut }: { me: Me; signedOut: (expired: boolean) => void }) {
  const page = usePage();
  return (
    <>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <TopBar me={me} page={page} signedOut={() => signedOut(false)} />
      <main id="content" className="content" tabIndex={-1}>
        <Content page={page} />
      </main>
      <BottomNav page={page} />
    </>
  );
}
