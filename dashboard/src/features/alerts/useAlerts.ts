import { useCallback, useEffect, useState } from "react";

import type { Alert, AlertPage } from "../../api/alertTypes";
import { api } from "../../api/client";
import { messageOf } from "../../api/http";
import { useController, useDash } from "../../state/context";

/** What the inbox was asked for; empty means any. */
export interface AlertFilters {
  kind: string;
  severity: string;
  unread: "" | "true";
}

export function matches(alert: Alert, { kind, severity, unread }: AlertFilters): boolean {
  return (!kind || alert.kind === kind) && (!severity || alert.severity === severity) && (!unread || alert.read_at === null);
}

/** The first page, newest first, with an alert that has just come. */
export function withNew(page: AlertPage, alert: Alert, length: number): AlertPage {
  if (page.results.some((item) => item.id === alert.id)) return page;
  const results = [alert, ...page.results].sort((a, b) => b.id - a.id).slice(0, length);
  return { ...page, count: page.count + 1, results };
}

interface Held {
  asked: string;
  page: AlertPage | null;
  problem: string | null;
}

export interface AlertList {
  /** Null until it is known; the previous one stays while another is on its way. */
  page: AlertPage | null;
  problem: string | null;
  /** Take over an alert as it is now, wherever it is shown. */
  changed: (alert: Alert) => void;
  reload: () => void;
}

/** One page of alerts; the first is kept current from the live events. */
export function useAlerts(filters: AlertFilters, offset: number, length: number): AlertList {
  const { events, store } = useController();
  const generation = useDash((state) => state.generation);
  const [turn, setTurn] = useState(0);
  const asked = JSON.stringify([filters, offset, generation, turn]);
  const [held, setHeld] = useState<Held | null>(null);

  useEffect(() => {
    const [wanted] = JSON.parse(asked) as [AlertFilters];
    let gone = false;
    // What comes while the page is on its way may be missing from it.
    let early: Alert[] | null = [];
    const settle = (page: AlertPage | null, problem: string | null) => {
      if (!gone) setHeld({ asked, page, problem });
    };
    api.alerts({ ...wanted, limit: length, offset }).then(
      (page) => {
        settle((early ?? []).reduce((now, alert) => withNew(now, alert, length), page), null);
        early = null;
        if (!gone) store.dispatch({ type: "unread", count: page.unread });
      },
      (error: unknown) => settle(null, messageOf(error)),
    );
    const stop = events.on((frame) => {
      if (frame.type !== "alert" || offset !== 0 || !matches(frame.payload, wanted)) return;
      early?.push(frame.payload);
      setHeld((now) => (now?.asked !== asked || now.page === null ? now : { ...now, page: withNew(now.page, frame.payload, length) }));
    });
    return () => {
      gone = true;
      stop();
    };
  }, [asked, events, store, offset, length]);

  const changed = useCallback((alert: Alert) => {
    setHeld((now) => {
      if (now?.page == null) return now;
      const results = now.page.results.map((item) => (item.id === alert.id ? alert : item));
      return { ...now, page: { ...now.page, results } };
    });
  }, []);
  const reload = useCallback(() => setTurn((value) => value + 1), []);
  return { page: held?.page ?? null, problem: held?.asked === asked ? held.problem : null, changed, reload };
}
