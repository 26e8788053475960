import "../styles/alerts.css";

import { AlertInbox } from "../features/alerts/AlertInbox";

export function AlertsPage() {
  return (
    <div className="stack narrow alerts-page">
      <h1 className="visually-hidden">Alerts</h1>
      <AlertInbox />
    </div>
  );
}
