import { useCallback, useEffect, useState } from "react";

import { api } from "../../api/client";
import { messageOf } from "../../api/http";
import type { Account, Decision, Page } from "../../api/types";
import { useController, useDash } from "../../state/context";
import { type DecisionFilters, matches } from "./filters";

const PACE_MS = 200;

interface Held {
  asked: string;
  page: Page<Decision> | null;
  problem: string | null;
}

export interface DecisionList {
  /** Null until it is known; the previous one stays while another is on its way. */
  page: Page<Decision> | null;
  problem: string | null;
  retry: () => void;
}

/** The first page, newest first, with a decision that was just made. */
export function withNew(page: Page<Decision>, decision: Decision, length: number): Page<Decision> {
  if (page.results.some((item) => item.id === decision.id)) return page;
  const results = [decision, ...page.results].sort((a, b) => b.id - a.id).slice(0, length);
  return { count: page.count + 1, results };
}

/** An event does not name the version. It is the session's at that moment: events come in the order of what they tell. */
function withVersion(decision: Decision, accounts: Account[]): Decision {
  const sessions = accounts.find((account) => account.id === decision.account)?.sessions ?? [];
  const version = sessions.find((session) => session.id === decision.session)?.algorithm_version;
  return version == null ? decision : { ...decision, algorithm_version: version };
}

/** One page of decisions; the first is kept current from the live events. */
export function useDecisions(filters: DecisionFilters, offset: number, length: number): DecisionList {
  const { events, store } = useController();
  const generation = useDash((state) => state.generation);
  const [turn, setTurn] = useState(0);
  const asked = JSON.stringify([filters, offset, generation, turn]);
  const [held, setHeld] = useState<Held | null>(null);

  useEffect(() => {
    const [wanted] = JSON.parse(asked) as [DecisionFilters];
    const abort = new AbortController();
    const settle = (page: Page<Decision> | null, problem: string | null) => {
      if (!abort.signal.aborted) setHeld({ asked, page, problem });
    };
    // What is decided while the page is on its way may be missing from it; in a flood, rows come by the handful.
    let waiting: Decision[] = [];
    let loaded = false;
    let timer: number | undefined;
    const take = () => {
      timer = undefined;
      if (!loaded) return;
      const fresh = waiting;
      waiting = [];
      setHeld((now) => {
        if (now?.asked !== asked || now.page === null) return now;
        return { ...now, page: fresh.reduce((page, decision) => withNew(page, decision, length), now.page) };
      });
    };
    api.decisions({ ...wanted, limit: length, offset }, abort.signal).then(
      ({ count, results }) => {
        settle({ count, results }, null);
        loaded = true;
        if (waiting.length > 0) take();
      },
      (error: unknown) => settle(null, messageOf(error)),
    );
    const stop = events.on((frame) => {
      if (offset !== 0 || frame.type !== "decision" || !matches(frame.payload, wanted)) return;
      waiting.push(withVersion(frame.payload, store.get().accounts));
      timer ??= window.setTimeout(take, PACE_MS);
    });
    return () => {
      abort.abort();
      window.clearTimeout(timer);
      stop();
    };
  }, [asked, events, store, offset, length]);

  const retry = useCallback(() => setTurn((value) => value + 1), []);
  return { page: held?.page ?? null, problem: held?.asked === asked ? held.problem : null, retry };
}
