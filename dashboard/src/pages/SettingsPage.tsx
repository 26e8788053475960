import { SessionList } from "../features/sessions/SessionList";
import { ResetAccount } from "../features/settings/ResetAccount";
import { SettingsPanel } from "../features/settings/SettingsPanel";
import { useDash } from "../state/context";

export function SettingsPage() {
  const account = useDash((state) => state.account);
  if (account === null) return null;
  return (
    <div className="settings-grid">
      <h1 className="visually-hidden">Settings</h1>
      <SettingsPanel account={account} />
      <div className="stack">
        <SessionList />
        {account.mode === "PAPER" && <ResetAccount account={account} />}
      </div>
    </div>
  );
}
