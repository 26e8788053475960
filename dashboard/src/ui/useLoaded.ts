import { useCallback, useEffect, useState } from "react";

import { messageOf } from "../api/http";

export interface Loaded<T> {
  /** Null until it is known; what was known stays while it is asked for again. */
  data: T | null;
  problem: string | null;
  reload: () => void;
}

/** What `get` answers. It must be the same function at every render. */
export function useLoaded<T>(get: () => Promise<T>): Loaded<T> {
  const [data, setData] = useState<T | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    let stale = false;
    get().then(
      (found) => {
        if (stale) return;
        setData(found);
        setProblem(null);
      },
      (error: unknown) => !stale && setProblem(messageOf(error)),
    );
    return () => {
      stale = true;
    };
  }, [get, turn]);

  const reload = useCallback(() => setTurn((value) => value + 1), []);
  return { data, problem, reload };
}
