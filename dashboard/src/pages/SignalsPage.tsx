import { SignalBrowser } from "../features/signals/SignalBrowser";

export function SignalsPage() {
  return (
    <div className="stack narrow">
      <h1 className="visually-hidden">Signals</h1>
      <SignalBrowser />
    </div>
  );
}
