import { useEffect, useRef, useState, useSyncExternalStore } from "react";

import type { Trade } from "../../api/types";
import { useController } from "../../state/context";
import { closings } from "./closing";

const SECOND_THOUGHTS_MS = 6000;

/** Close, then confirm in the same place. The confirmation goes back by itself when nothing follows. */
export function CloseButton({ trade }: { trade: Trade }) {
  const controller = useController();
  const busy = useSyncExternalStore(closings.subscribe, closings.get).has(trade.id);
  const [asked, setAsked] = useState(false);
  const confirm = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!asked) return undefined;
    confirm.current?.focus();
    const timer = window.setTimeout(() => setAsked(false), SECOND_THOUGHTS_MS);
    return () => window.clearTimeout(timer);
  }, [asked]);

  if (busy || trade.status === "CLOSING") {
    return (
      <button type="button" className="button small danger" disabled data-testid="confirm-close">
        Closing…
      </button>
    );
  }
  if (!asked) {
    return (
      <button
        type="button"
        className="button small"
        data-testid="close-trade"
        aria-label={`Close ${trade.symbol} ${trade.direction}`}
        onClick={() => setAsked(true)}
      >
        Close
      </button>
    );
  }
  return (
    <button
      ref={confirm}
      type="button"
      className="button small danger"
      data-testid="confirm-close"
      aria-label={`Confirm: close ${trade.symbol} ${trade.direction} at the market`}
      onClick={() => {
        setAsked(false);
        void closings.close(controller, trade.id, trade.symbol);
      }}
      onKeyDown={(event) => event.key === "Escape" && setAsked(false)}
    >
      Confirm close?
    </button>
  );
}
