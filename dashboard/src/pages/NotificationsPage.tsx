import "../styles/notifications.css";

import { Link } from "../app/router";
import { Channels } from "../features/notifications/Channels";
import { Services } from "../features/notifications/Services";
import { TelegramPanel } from "../features/notifications/TelegramPanel";

export function NotificationsPage() {
  return (
    <div className="stack">
      <div className="page-head">
        <h1>Notifications</h1>
        <Link to="/alerts" className="button small ghost">
          All alerts
        </Link>
      </div>
      <div className="notifications">
        <Channels />
        <div className="stack">
          <TelegramPanel />
          <Services />
        </div>
      </div>
    </div>
  );
}
