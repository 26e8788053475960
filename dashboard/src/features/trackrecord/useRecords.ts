import { useCallback, useEffect, useState } from "react";

import { messageOf } from "../../api/http";
import { performance } from "../../api/performance";
import type { TrackRecord } from "../../api/performanceTypes";
import { useAgain } from "../performance/useAgain";

/** The first check of a record takes a moment. */
const LOOK_MS = 3000;

export interface Records {
  /** Null until they are known. */
  records: TrackRecord[] | null;
  problem: string | null;
  reload: () => void;
  /** One is new, or other than it was. */
  take: (record: TrackRecord) => void;
  drop: (id: number) => void;
}

/** The records of the user; asked for again while one of them is being checked. */
export function useRecords(): Records {
  const [records, setRecords] = useState<TrackRecord[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let stale = false;
    performance.trackRecords().then(
      (found) => {
        if (stale) return;
        setRecords(found);
        setProblem(null);
      },
      (error: unknown) => !stale && setProblem(messageOf(error)),
    );
    return () => {
      stale = true;
    };
  }, [turn]);
  const reload = useCallback(() => setTurn((value) => value + 1), []);
  // With a change, an answer that is on its way is stale: it is asked for anew.
  const take = useCallback((record: TrackRecord) => {
    setRecords((now) => {
      const known = now?.some((item) => item.id === record.id);
      return known ? (now ?? []).map((item) => (item.id === record.id ? record : item)) : [record, ...(now ?? [])];
    });
    setTurn((value) => value + 1);
  }, []);
  const drop = useCallback((id: number) => {
    setRecords((now) => (now ?? []).filter((item) => item.id !== id));
    setTurn((value) => value + 1);
  }, []);
  useAgain(reload, LOOK_MS, records?.some((item) => item.is_published && item.verified.ok === null) ?? false);
  return { records, problem, reload, take, drop };
}
