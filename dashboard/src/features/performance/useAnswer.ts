import { useCallback, useEffect, useState } from "react";

import { ApiError, messageOf } from "../../api/http";

/** The objections to the fields of a question, where there are any: their names mean nothing to who reads. */
function said(error: unknown): string {
  const objections = error instanceof ApiError ? Object.values(error.fields).flat() : [];
  return objections.length > 0 ? objections.join(" ") : messageOf(error);
}

interface Held<T> {
  key: string;
  turn: number;
  data: T | null;
  problem: string | null;
  status: number | null;
}

export interface Answer<T> {
  /** Null until it is known; the one before stays while another is on its way. */
  data: T | null;
  problem: string | null;
  /** Of an answer that is a problem: 404. */
  status: number | null;
  /** What is shown is not what was asked for last. */
  busy: boolean;
  reload: () => void;
}

/**
 * What `ask` answers to `question`; asked anew when the question differs. `ask` must be the same function at every
 * render. A null question is not asked.
 */
export function useAnswer<Q, T>(ask: (question: Q, signal: AbortSignal) => Promise<T>, question: Q | null): Answer<T> {
  const [turn, setTurn] = useState(0);
  const [held, setHeld] = useState<Held<T> | null>(null);
  const key = question === null ? null : JSON.stringify([question]);

  useEffect(() => {
    if (key === null) return undefined;
    const abort = new AbortController();
    const [wanted] = JSON.parse(key) as [Q];
    ask(wanted, abort.signal).then(
      (data) => {
        if (!abort.signal.aborted) setHeld({ key, turn, data, problem: null, status: null });
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setHeld({ key, turn, data: null, problem: said(error), status: error instanceof ApiError ? error.status : null });
      },
    );
    return () => abort.abort();
  }, [ask, key, turn]);

  const reload = useCallback(() => setTurn((value) => value + 1), []);
  const known = held !== null && held.key === key;
  const settled = known && held.turn === turn;
  return {
    data: held?.data ?? null,
    problem: settled ? held.problem : null,
    status: settled ? held.status : null,
    busy: key !== null && !known,
    reload,
  };
}
