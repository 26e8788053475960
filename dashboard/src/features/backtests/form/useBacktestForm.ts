import { type FormEvent, useState } from "react";

import { backtests } from "../../../api/backtests";
import type { Backtest, BacktestOptions } from "../../../api/backtestTypes";
import { go } from "../../../app/router";
import { type Once, useOnce } from "../../../ui/useOnce";
import { toasts } from "../../toasts/toasts";
import { type BacktestDraft, backtestDraft, backtestRequest } from "./draft";
import { firstSource } from "./SourcePart";

export interface BacktestForm {
  draft: BacktestDraft;
  send: Once;
  /** It was made; its page is about to be shown. */
  made: boolean;
  change: (part: Partial<BacktestDraft>) => void;
  submit: (event: FormEvent) => void;
}

/** What a new form begins with: a strategy and a series, so that it can be sent as it is. */
function beginning({ series, strategies }: BacktestOptions): BacktestDraft {
  const draft = backtestDraft();
  const first = strategies[0];
  return {
    ...draft,
    rules: { ...draft.rules, strategies: first === undefined ? [] : [{ name: first.name, params: {} }] },
    source: { ...draft.source, ...firstSource(series) },
  };
}

/** What is typed into the form of a backtest, `like` another one or new, and how it is sent. */
export function useBacktestForm(options: BacktestOptions, like: Backtest | null): BacktestForm {
  const [draft, setDraft] = useState(() => (like === null ? beginning(options) : backtestDraft(like)));
  const [made, setMade] = useState(false);
  const send = useOnce(async (key) => {
    const { id, name } = await backtests.create(backtestRequest(draft), key);
    setMade(true);
    toasts.show({ tone: "good", title: "Backtest started", text: name || `Backtest ${id}` });
    go(`/backtests/${id}`);
  });
  const change = (part: Partial<BacktestDraft>) => {
    send.renew();
    setDraft((now) => ({ ...now, ...part }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!made) send.run();
  };
  return { draft, send, made, change, submit };
}
