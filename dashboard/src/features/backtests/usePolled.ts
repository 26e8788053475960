import { useCallback, useEffect, useState } from "react";

import { messageOf } from "../../api/http";

export interface Polled<T> {
  data: T | null;
  problem: string | null;
  /** Ask again now. */
  reload: () => void;
  /** What is known otherwise, such as by the answer to an action. */
  apply: (data: T) => void;
}

/** What `get` answers, asked for again every `interval` ms while `moving` says that it will change. Both must be the same functions at every render. */
export function usePolled<T>(get: () => Promise<T>, moving: (data: T) => boolean, interval = 1000): Polled<T> {
  const [held, setHeld] = useState<{ of: unknown; data: T } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    let gone = false;
    let timer: number | undefined;
    const look = () => {
      get().then(
        (data) => {
          if (gone) return;
          setHeld({ of: get, data });
          setProblem(null);
          if (moving(data)) timer = window.setTimeout(look, interval);
        },
        (error: unknown) => {
          if (gone) return;
          setProblem(messageOf(error));
          timer = window.setTimeout(look, interval * 5);
        },
      );
    };
    look();
    return () => {
      gone = true;
      window.clearTimeout(timer);
    };
  }, [get, moving, interval, turn]);

  const reload = useCallback(() => setTurn((value) => value + 1), []);
  const apply = useCallback(
    (data: T) => {
      setHeld({ of: get, data });
      setTurn((value) => value + 1);
    },
    [get],
  );
  return { data: held !== null && held.of === get ? held.data : null, problem, reload, apply };
}
