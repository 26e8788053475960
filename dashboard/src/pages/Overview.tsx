import { PriceChart } from "../features/chart/PriceChart";
import { EquityCurve } from "../features/equity/EquityCurve";
import { RecentTrades } from "../features/history/RecentTrades";
import { OpenPositions } from "../features/positions/OpenPositions";
import { SessionList } from "../features/sessions/SessionList";
import { ResetAccount } from "../features/settings/ResetAccount";
import { SettingsPanel } from "../features/settings/SettingsPanel";
import { SignalFeed } from "../features/signals/SignalFeed";
import { useDash } from "../state/context";

/** The desk at a glance. On a phone, settings have their own tab only. */
export function Overview() {
  const account = useDash((state) => state.account);
  return (
    <div className="overview">
      <h1 className="visually-hidden">Overview</h1>
      <PriceChart />
      <SignalFeed length={30} />
      <OpenPositions />
      <EquityCurve />
      <RecentTrades length={14} />
      <div className="area-sessions stack">
        <SessionList />
        {account !== null && (
          <div className="stack desktop-only">
            <SettingsPanel account={account} />
            {account.mode === "PAPER" && <ResetAccount account={account} />}
          </div>
        )}
      </div>
    </div>
  );
}
