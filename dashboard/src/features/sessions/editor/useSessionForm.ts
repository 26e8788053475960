import { type FormEvent, useState } from "react";

import { api } from "../../../api/client";
import type { Session } from "../../../api/sessionTypes";
import type { Account } from "../../../api/types";
import { go } from "../../../app/router";
import { useController } from "../../../state/context";
import { type Once, useOnce } from "../../../ui/useOnce";
import { toasts } from "../../toasts/toasts";
import { changesOf, type Draft, draftOf, requestOf } from "./draft";

export interface SessionForm {
  draft: Draft;
  /** Whether there is anything to be sent. */
  dirty: boolean;
  send: Once;
  change: (part: Partial<Draft>) => void;
  submit: (event: FormEvent) => void;
  discard: () => void;
}

/** What is typed into the form of a session, and how it is sent: whole for a new one (null), else what was changed. */
export function useSessionForm(account: Account, session: Session | null, begin: Partial<Session>): SessionForm {
  const { store } = useController();
  const [before, setBefore] = useState(() => draftOf(session ?? begin));
  const [draft, setDraft] = useState(before);
  const changes = changesOf(before, draft);
  const dirty = session === null || Object.keys(changes).length > 0;

  const send = useOnce(async (key) => {
    const saved =
      session === null
        ? await api.createSession({ ...requestOf(draft), account: account.id }, key)
        : await api.changeSession(session.id, changes);
    store.dispatch({ type: "session", session: saved });
    const kept = draftOf(saved);
    setBefore(kept);
    setDraft(kept);
    if (session === null) {
      toasts.show({ tone: "good", title: "Session created", text: `${saved.name} is stopped until you start it.` });
      go("/sessions");
    } else toasts.show({ tone: "good", title: "Session saved", text: `${saved.name} trades by it from the next signal on.` });
  });

  const change = (part: Partial<Draft>) => {
    send.renew();
    setDraft({ ...draft, ...part });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (dirty) send.run();
  };
  return { draft, dirty, send, change, submit, discard: () => change(before) };
}
