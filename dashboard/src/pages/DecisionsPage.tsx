import "../styles/decisions.css";

import { DecisionExplorer } from "../features/decisions/DecisionExplorer";

export function DecisionsPage() {
  return (
    <div className="stack">
      <h1 className="visually-hidden">Decisions</h1>
      <DecisionExplorer />
    </div>
  );
}
