import { useEffect, useState } from "react";

import { useController, useDash } from "../../state/context";

const PATIENCE_MS = 2000;

/** Says plainly that the figures are no longer live, once that lasts longer than a blink. */
export function ConnectionBanner() {
  const controller = useController();
  const live = useDash((state) => state.connection.state === "live");
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setShown(!live), live ? 0 : PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, [live]);
  if (live || !shown) return null;
  return (
    <div className="banner warn" role="alert" data-testid="connection-banner">
      <span>
        <b>Not live.</b> Prices, positions and P&amp;L stand as they were when the connection was lost. The server goes on
        managing your trades.
      </span>
      <button type="button" className="button small" onClick={controller.retryNow}>
        Reconnect now
      </button>
    </div>
  );
}
