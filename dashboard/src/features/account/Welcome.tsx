import { api } from "../../api/client";
import { useController } from "../../state/context";
import { Act } from "../../ui/Act";
import { useOnce } from "../../ui/useOnce";

/** What a user without an account sees. */
export function Welcome() {
  const controller = useController();
  const opening = useOnce(async (key) => {
    await api.start(key);
    controller.reload();
  });
  return (
    <div className="welcome panel">
      <h1>Open a paper account</h1>
      <p>Signals are traded with play money against real or simulated prices. Nothing can be lost, and all of it is recorded.</p>
      <Act>
        <button type="button" className="button primary" disabled={opening.busy} onClick={opening.run} data-testid="open-account">
          {opening.busy ? "Opening…" : "Open a paper account"}
        </button>
      </Act>
      {opening.problem && (
        <p className="form-error" role="alert">
          {opening.problem.message}
        </p>
      )}
    </div>
  );
}
