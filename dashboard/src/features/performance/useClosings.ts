import { useEffect } from "react";

import { useController } from "../../state/context";

/** In a busy hour, figures are asked for this often at most. */
const PACE_MS = 10_000;

/** Do `again` when trades of the account close, at a pace. `again` must be the same function at every render. */
export function useClosings(account: number, again: () => void): void {
  const { events } = useController();
  useEffect(() => {
    let timer: number | undefined;
    const stop = events.on((frame) => {
      if (frame.type !== "trade_closed" || frame.account !== account) return;
      timer ??= window.setTimeout(() => {
        timer = undefined;
        again();
      }, PACE_MS);
    });
    return () => {
      stop();
      window.clearTimeout(timer);
    };
  }, [events, account, again]);
}
