import { useCallback, useEffect, useState } from "react";

import { api } from "../../api/client";
import { ApiError, messageOf } from "../../api/http";
import type { ShadowReport } from "../../api/shadowTypes";
import { useController } from "../../state/context";

/** Closings come in bursts. */
const GATHER_MS = 1500;

export interface Shadow {
  /** Undefined until it is known; null: there is no twin. */
  report: ShadowReport | null | undefined;
  problem: string | null;
  apply: (report: ShadowReport) => void;
  reload: () => void;
}

/** The report of a session's paper twin, asked for again when a trade of either side moves. */
export function useShadow(session: number, account: number): Shadow {
  const { trades } = useController();
  const [report, setReport] = useState<ShadowReport | null>();
  const [problem, setProblem] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    let gone = false;
    let timer: number | undefined;
    let twins: number | undefined;
    const look = () => {
      timer = undefined;
      api.shadow(session).then(
        (found) => {
          if (gone) return;
          twins = found.shadow_account;
          setReport(found);
          setProblem(null);
        },
        (error: unknown) => {
          if (gone) return;
          if (error instanceof ApiError && error.status === 404) setReport(null);
          else setProblem(messageOf(error));
        },
      );
    };
    look();
    const stop = trades.on((trade) => {
      if (trade.account === account || trade.account === twins) timer ??= window.setTimeout(look, GATHER_MS);
    });
    return () => {
      gone = true;
      window.clearTimeout(timer);
      stop();
    };
  }, [session, account, trades, turn]);

  const reload = useCallback(() => setTurn((value) => value + 1), []);
  return { report, problem, apply: setReport, reload };
}
