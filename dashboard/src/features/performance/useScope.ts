import { useCallback, useMemo, useState } from "react";

import { replaceSearch, useSearch } from "../../app/router";
import { useDash } from "../../state/context";
import { type Scope, scopeOf, searchOf } from "./scope";

export interface ScopeState {
  scope: Scope;
  change: (part: Partial<Scope>) => void;
  /** The moment that "the last 30 days" end at: that of the page's opening, so that asking is not asked anew for nothing. */
  now: number;
}

/** The scope that the address tells; without an account or session, the account that the dashboard shows. */
export function useScope(): ScopeState {
  const search = useSearch();
  const [now] = useState(() => Date.now());
  const shown = useDash((state) => state.account?.id ?? state.accounts[0]?.id);
  const accounts = useDash((state) => state.accounts);
  const scope = useMemo(() => {
    const told = scopeOf(search);
    if (told.account !== "") return told;
    const owner = told.session && accounts.find((account) => account.sessions?.some((session) => String(session.id) === told.session));
    if (owner) return { ...told, account: String(owner.id) };
    return told.session !== "" || shown === undefined ? told : { ...told, account: String(shown) };
  }, [search, shown, accounts]);
  const change = useCallback((part: Partial<Scope>) => replaceSearch(searchOf({ ...scope, ...part })), [scope]);
  return { scope, change, now };
}
