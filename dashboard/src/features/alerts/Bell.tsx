import { useEffect } from "react";

import { api } from "../../api/client";
import { Link } from "../../app/router";
import { useController, useDash } from "../../state/context";
import { Icon } from "../../ui/icons";

/** Several alerts at once are asked about once. */
const GATHER_MS = 400;

/** To the inbox, with how many alerts are not read. It counts with the events; the server's count settles it. */
export function Bell({ current }: { current: boolean }) {
  const { events, store } = useController();
  const generation = useDash((state) => state.generation);
  const unread = useDash((state) => state.unread);

  useEffect(() => {
    let gone = false;
    let timer: number | undefined;
    const look = () => {
      timer = undefined;
      // Without an answer, what was counted stands.
      api.alerts({ limit: 1 }).then(
        ({ unread: count }) => !gone && store.dispatch({ type: "unread", count }),
        () => undefined,
      );
    };
    look();
    const stop = events.on((frame) => {
      if (frame.type === "alert") timer ??= window.setTimeout(look, GATHER_MS);
    });
    window.addEventListener("focus", look);
    return () => {
      gone = true;
      window.clearTimeout(timer);
      stop();
      window.removeEventListener("focus", look);
    };
  }, [events, store, generation]);

  const count = unread ?? 0;
  return (
    <Link to="/alerts" current={current} className="button ghost icon-text bell" testId="bell" label={count === 0 ? "Alerts" : `Alerts, ${count} not read`}>
      <Icon name="bell" />
      {count > 0 && (
        <span className="bell-count" data-testid="bell-count">
          {count > 99 ? "99+" : count}
        </span>
      )}
    </Link>
  );
}
