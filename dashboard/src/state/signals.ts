import type { Decision, Signal } from "../api/types";
import { REMEMBERED, type State } from "./model";

function joined(known: Decision[], more: Decision[]): Decision[] {
  const ids = new Set(more.map((item) => item.id));
  return [...known.filter((item) => !ids.has(item.id)), ...more];
}

/** A signal on top of the feed, or changed in its place, with the decisions that are known of it. */
export function withSignal(state: State, signal: Signal): State {
  const known = state.signals.find((item) => item.id === signal.id);
  const waiting = state.loose.filter((item) => item.signal === signal.id);
  const decisions = joined(joined(known?.decisions ?? [], signal.decisions ?? []), waiting);
  const merged = { ...signal, decisions };
  const loose = waiting.length ? state.loose.filter((item) => item.signal !== signal.id) : state.loose;
  if (known) return { ...state, loose, signals: state.signals.map((item) => (item === known ? merged : item)) };
  return {
    ...state,
    loose,
    signals: [merged, ...state.signals].slice(0, state.feedLength),
    signalCount: state.signalCount + 1,
  };
}

/** A decision at its signal; kept aside while the signal is not known. */
export function withDecision(state: State, decision: Decision): State {
  if (!state.signals.some((item) => item.id === decision.signal)) {
    return { ...state, loose: [...state.loose, decision].slice(-REMEMBERED) };
  }
  const signals = state.signals.map((signal) =>
    signal.id === decision.signal ? { ...signal, decisions: joined(signal.decisions ?? [], [decision]) } : signal,
  );
  return { ...state, signals };
}

/** The feed with older signals below it, each once. */
export function withOlder(signals: Signal[], older: Signal[], longest: number): Signal[] {
  const known = new Set(signals.map((item) => item.id));
  return [...signals, ...older.filter((item) => !known.has(item.id))].slice(0, longest);
}

export type Outcome = "traded" | "rejected" | "undecided";

/** What became of a signal in one account. */
export function outcomeOf(signal: Signal, account: number | undefined): { outcome: Outcome; decisions: Decision[] } {
  const decisions = (signal.decisions ?? []).filter((item) => item.account === account);
  if (decisions.some((item) => item.verdict === "APPROVED")) return { outcome: "traded", decisions };
  return { outcome: decisions.length ? "rejected" : "undecided", decisions };
}
