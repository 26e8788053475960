import { useCallback, useEffect, useState } from "react";

import { api } from "../api/client";
import { ApiError, messageOf } from "../api/http";
import type { Account } from "../api/types";
import { useController, useDash } from "./context";

/** Connections change without an event of their own, so the list is asked for again while it is looked at. */
const LOOK_MS = 5000;

export interface AccountList {
  /** Null until they are known. */
  accounts: Account[] | null;
  problem: string | null;
  reload: () => void;
}

/** All accounts of the user, kept current while shown. */
export function useAccounts(): AccountList {
  const { store, signedOut } = useController();
  const accounts = useDash((state) => state.accounts);
  const known = useDash((state) => state.phase === "ready");
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    let stale = false;
    const look = async () => {
      try {
        const found = await api.accounts();
        if (stale) return;
        store.dispatch({ type: "accounts", accounts: found });
        setProblem(null);
        setAsked(true);
      } catch (error) {
        if (stale) return;
        if (error instanceof ApiError && error.signedOut) signedOut.emit();
        setProblem(messageOf(error));
      }
    };
    let timer: number | undefined;
    const again = () => {
      timer = window.setTimeout(() => {
        if (document.hidden) again();
        else void look().finally(() => !stale && again());
      }, LOOK_MS);
    };
    void look().finally(() => !stale && again());
    return () => {
      stale = true;
      window.clearTimeout(timer);
    };
  }, [store, signedOut, turn]);

  const reload = useCallback(() => setTurn((value) => value + 1), []);
  return { accounts: asked || known ? accounts : null, problem, reload };
}
