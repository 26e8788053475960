import { useCallback, useEffect, useReducer, useRef, useState } from "react";

import { api, ApiError } from "../api/client";
import type { Bar, Quote } from "../api/types";
import { type Connection, LiveSocket } from "../live/socket";
import { type Action, empty, type EventFrame, FEED_LENGTH, reduce, type State } from "./model";

export interface Dashboard {
  state: State;
  connection: Connection;
  problem: string | null;
  dispatch: (action: Action) => void;
  reload: () => void;
}

async function load(account: number | undefined): Promise<Action> {
  // Status first: its event number must not be newer than the lists that follow it.
  const status = await api.status(account);
  const id = status.account?.id;
  const [signals, open, closed, equity] = await Promise.all([
    api.signals(FEED_LENGTH),
    id === undefined ? null : api.trades({ account: id, status: "OPEN", limit: 500 }),
    id === undefined ? null : api.trades({ account: id, status: "CLOSED", limit: 100 }),
    id === undefined ? [] : api.equity(id),
  ]);
  return {
    type: "loaded",
    status,
    signals: signals.results,
    open: open?.results ?? [],
    closed: closed?.results ?? [],
    equity,
  };
}

/** Loads an account over HTTP and follows it over the live socket. */
export function useDashboard(account: number | undefined, onSignedOut: () => void): Dashboard {
  const [state, dispatch] = useReducer(reduce, empty);
  const [connection, setConnection] = useState<Connection>({ state: "connecting" });
  const [problem, setProblem] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const last = useRef(0);
  const reload = useCallback(() => setTurn((value) => value + 1), []);

  useEffect(() => {
    let stale = false;
    let socket: LiveSocket | null = null;
    const follow = () => {
      socket = new LiveSocket({
        last: () => last.current,
        connection: (next) => (next.state === "signed-out" ? onSignedOut() : setConnection(next)),
        frame: (frame) => {
          if (frame.type === "resync") reload();
          else if (frame.type === "quotes") dispatch({ type: "quotes", quotes: frame["quotes"] as Quote[] });
          else if (frame.type === "candle") dispatch(frame as unknown as Action & { candle: Bar });
          else if (typeof frame["number"] === "number" && "payload" in frame) {
            const event = frame as unknown as EventFrame;
            if (event.number > last.current + 1) socket?.resume();
            else if (event.number > last.current) {
              last.current = event.number;
              dispatch({ type: "event", frame: event });
            }
          }
        },
      });
      socket.open();
    };
    load(account)
      .then((action) => {
        if (stale) return;
        if (action.type === "loaded") last.current = action.status.last_event_number;
        dispatch(action);
        setProblem(null);
        follow();
      })
      .catch((error: unknown) => {
        if (stale) return;
        if (error instanceof ApiError && (error.status === 401 || error.status === 403)) onSignedOut();
        else setProblem(error instanceof Error ? error.message : String(error));
      });
    return () => {
      stale = true;
      socket?.close();
    };
  }, [account, turn, onSignedOut, reload]);

  return { state, connection, problem, dispatch, reload };
}
