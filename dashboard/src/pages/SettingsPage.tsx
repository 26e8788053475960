import { Link } from "../app/router";
import { SessionList } from "../features/sessions/SessionList";
import { ResetAccount } from "../features/settings/ResetAccount";
import { SettingsPanel } from "../features/settings/SettingsPanel";
import { useDash } from "../state/context";
import { Panel } from "../ui/Panel";

export function SettingsPage() {
  const account = useDash((state) => state.account);
  if (account === null) return null;
  return (
    <div className="settings-grid">
      <h1 className="visually-hidden">Settings</h1>
      <SettingsPanel account={account} />
      <div className="stack">
        <SessionList />
        <Panel title="Alerts">
          <p className="panel-text">
            Where alerts are sent, and when: <Link to="/notifications">Notifications</Link>
          </p>
        </Panel>
        {account.mode === "PAPER" && <ResetAccount account={account} />}
      </div>
    </div>
  );
}
