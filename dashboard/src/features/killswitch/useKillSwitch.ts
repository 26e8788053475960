import { useCallback, useEffect, useRef, useState } from "react";

import { api } from "../../api/client";
import type { KillSwitch } from "../../api/sessionTypes";
import { useController, useDash } from "../../state/context";

/** Several events tell of one change; one question answers for them all. */
const GATHER_MS = 250;
/** How soon to look again while it is being carried out, or is not known. */
const AGAIN_MS = 2000;
/** How often to look while no event can tell of it. */
const UNTOLD_MS = 10_000;
const TELLING: ReadonlySet<string> = new Set(["status", "audit", "alert"]);
/** While it is engaged, these tell how far it has been carried out. */
const CARRIED_OUT: ReadonlySet<string> = new Set(["trade_update", "trade_closed"]);

function isUnsettled({ engaged, enforced_at, orders_left, close_positions, positions_left }: KillSwitch): boolean {
  return engaged && (enforced_at === null || orders_left > 0 || (close_positions && positions_left > 0));
}

export interface KillState {
  /** Null until it is known. */
  known: KillSwitch | null;
  /** Apply what an answer says of it. */
  apply: (now: KillSwitch) => void;
}

/** Where the kill switch stands, whoever moves it and from wherever. */
export function useKillSwitch(): KillState {
  const controller = useController();
  const generation = useDash((state) => state.generation);
  const [known, setKnown] = useState<KillSwitch | null>(null);
  const asked = useRef(0);

  const apply = useCallback((now: KillSwitch) => {
    asked.current += 1;
    setKnown(now);
  }, []);
  const look = useCallback(() => {
    asked.current += 1;
    const turn = asked.current;
    api.killSwitch().then(
      (now) => turn === asked.current && setKnown(now),
      // What was known stands; while it is not enough, it is asked for again below.
      () => undefined,
    );
  }, []);

  useEffect(() => look(), [look, generation]);

  const engaged = known?.engaged === true;
  useEffect(() => {
    let timer: number | undefined;
    const stop = controller.events.on((frame) => {
      if (!TELLING.has(frame.type) && !(engaged && CARRIED_OUT.has(frame.type))) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(look, GATHER_MS);
    });
    window.addEventListener("focus", look);
    return () => {
      stop();
      window.clearTimeout(timer);
      window.removeEventListener("focus", look);
    };
  }, [controller, look, engaged]);

  const live = useDash((state) => state.connection.state === "live");
  const pause = known === null || isUnsettled(known) ? AGAIN_MS : live ? null : UNTOLD_MS;
  useEffect(() => {
    if (pause === null) return undefined;
    const timer = window.setInterval(look, pause);
    return () => window.clearInterval(timer);
  }, [pause, look]);

  return { known, apply };
}
