import { useEffect } from "react";

/** Do it again every `interval` ms while `running`. `again` must be the same function at every render. */
export function useAgain(again: () => void, interval: number, running: boolean): void {
  useEffect(() => {
    if (!running) return undefined;
    const timer = window.setInterval(() => !document.hidden && again(), interval);
    return () => window.clearInterval(timer);
  }, [again, interval, running]);
}
