import { useRef, useState } from "react";

import { api } from "../../api/client";
import type { ApiError } from "../../api/http";
import type { Session, SessionAction } from "../../api/sessionTypes";
import { useController } from "../../state/context";
import { useOnce } from "../../ui/useOnce";

interface Wish {
  action: SessionAction;
  body: object;
}

export interface SessionAct {
  /** What is being done at this moment. */
  doing: SessionAction | null;
  problem: ApiError | null;
  /** `done` is called once the server has done it. */
  act: (action: SessionAction, body?: object, done?: () => void) => void;
  clear: () => void;
}

/** One action at a time on a session. Another than the one whose outcome is not known is another request. */
export function useSessionAct(session: Session): SessionAct {
  const { store } = useController();
  const wish = useRef<Wish | null>(null);
  const after = useRef<(() => void) | undefined>(undefined);
  const [last, setLast] = useState<SessionAction | null>(null);
  const send = useOnce(async (key) => {
    if (wish.current === null) return;
    const { action, body } = wish.current;
    store.dispatch({ type: "session", session: await api.actOnSession(session.id, action, body, key) });
    after.current?.();
  });

  const act = (action: SessionAction, body: object = {}, done?: () => void) => {
    if (send.busy) return;
    const next = { action, body };
    if (JSON.stringify(wish.current) !== JSON.stringify(next)) send.renew();
    wish.current = next;
    after.current = done;
    setLast(action);
    send.run();
  };
  return { doing: send.busy ? last : null, problem: send.problem, act, clear: send.clear };
}
