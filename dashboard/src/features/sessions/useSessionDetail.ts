import { type RefObject, useEffect, useState } from "react";

import { api } from "../../api/client";
import { messageOf } from "../../api/http";
import type { Session, SessionDetail } from "../../api/sessionTypes";
import type { EventFrame } from "../../live/frames";
import { useController, useDash } from "../../state/context";

/** At most this often is one session asked for, however much happens. */
const GATHER_MS = 2000;
/** Prices move open losses, and the clock a schedule, without an event. */
const SLOW_MS = 20_000;
const TELLING: ReadonlySet<string> = new Set(["status", "trade_executed", "trade_closed", "balance_update", "drawdown_limit"]);

/** Whether an event may have moved the figures of a session. */
export function concerns(frame: EventFrame, session: Pick<Session, "id" | "account">): boolean {
  if (!TELLING.has(frame.type) || frame.account !== session.account) return false;
  const trader = frame.type === "trade_executed" || frame.type === "trade_closed" ? frame.payload.session : undefined;
  return trader === undefined || trader === null || trader === session.id;
}

interface Detail {
  detail: SessionDetail | null;
  problem: string | null;
}

/** The figures of a session, asked for again after events and now and then, while `place` is in sight. */
export function useSessionDetail(session: Session, place: RefObject<HTMLElement | null>): Detail {
  const { events } = useController();
  const generation = useDash((state) => state.generation);
  const [held, setHeld] = useState<Detail>({ detail: null, problem: null });
  const { id, account } = session;

  useEffect(() => {
    let timer: number | undefined;
    let due = 0;
    let seen = typeof IntersectionObserver === "undefined";
    let busy = false;
    let stale = false;
    let gone = false;
    const plan = (wait: number) => {
      const at = Date.now() + wait;
      if (timer !== undefined && due <= at) return;
      window.clearTimeout(timer);
      due = at;
      timer = window.setTimeout(look, wait);
    };
    const look = () => {
      timer = undefined;
      if (busy || !seen || document.hidden) {
        stale = true;
        return;
      }
      busy = true;
      stale = false;
      api
        .session(id)
        .then(
          (detail) => !gone && setHeld({ detail, problem: null }),
          (error: unknown) => !gone && setHeld((now) => ({ ...now, problem: messageOf(error) })),
        )
        .finally(() => {
          busy = false;
          if (!gone) plan(stale ? GATHER_MS : SLOW_MS);
        });
    };
    const back = () => {
      if (stale && !busy) plan(0);
    };
    const watcher = watch(place.current, (visible) => {
      seen = visible;
      if (seen) back();
    });
    const stop = events.on((frame) => {
      if (concerns(frame, { id, account })) plan(GATHER_MS);
    });
    document.addEventListener("visibilitychange", back);
    look();
    return () => {
      gone = true;
      window.clearTimeout(timer);
      watcher?.disconnect();
      document.removeEventListener("visibilitychange", back);
      stop();
    };
  }, [id, account, events, place, generation]);

  return held;
}

function watch(element: Element | null, moved: (visible: boolean) => void): IntersectionObserver | undefined {
  if (element === null || typeof IntersectionObserver === "undefined") return undefined;
  const watcher = new IntersectionObserver((entries) => moved(entries.at(-1)?.isIntersecting ?? true), { rootMargin: "200px" });
  watcher.observe(element);
  return watcher;
}
