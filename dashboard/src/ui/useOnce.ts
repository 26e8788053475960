import { useCallback, useEffect, useRef, useState } from "react";

import { ApiError, messageOf, newKey } from "../api/http";

export interface Once {
  busy: boolean;
  problem: ApiError | null;
  run: () => void;
  clear: () => void;
  /** What is to be sent has changed: it is another request now, with a key of its own. */
  renew: () => void;
}

/**
 * A request that goes out once, however often it is clicked. Repeated after an outcome that is not known (no answer, or a
 * server that broke), it carries the key of the first try, so that the server does the work once.
 */
export function useOnce(send: (key: string) => Promise<unknown>): Once {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const running = useRef(false);
  const key = useRef<string | null>(null);
  const latest = useRef(send);
  useEffect(() => {
    latest.current = send;
  });

  const run = useCallback(() => {
    if (running.current) return;
    running.current = true;
    key.current ??= newKey();
    setBusy(true);
    setProblem(null);
    latest
      .current(key.current)
      .then(
        () => (key.current = null),
        (error: unknown) => {
          const known = error instanceof ApiError ? error : new ApiError(0, "error", messageOf(error));
          if (known.status > 0 && known.status < 500) key.current = null;
          setProblem(known);
        },
      )
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  }, []);
  const clear = useCallback(() => setProblem(null), []);
  const renew = useCallback(() => {
    if (running.current) return;
    key.current = null;
    setProblem(null);
  }, []);

  return { busy, problem, run, clear, renew };
}
