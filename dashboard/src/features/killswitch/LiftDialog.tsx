import { api } from "../../api/client";
import { useDash } from "../../state/context";
import { Dialog } from "../../ui/Dialog";
import { useOnce } from "../../ui/useOnce";
import { toasts } from "../toasts/toasts";
import type { KillState } from "./useKillSwitch";
import { counted, runningIn } from "./words";

/** Trading begins again with this click, so it says what begins. */
export function LiftDialog({ kill, close }: { kill: KillState; close: () => void }) {
  const accounts = useDash((state) => state.accounts);
  const { running, real } = runningIn(accounts);
  const send = useOnce(async (key) => {
    const everybody = kill.known?.everybody === true;
    kill.apply(await api.moveKillSwitch(everybody ? { engaged: false, everybody } : { engaged: false }, key));
    toasts.show({ tone: "info", title: "The kill switch is lifted", text: "Running sessions trade again." });
    close();
  });
  return (
    <Dialog title="Lift the kill switch" close={close} busy={send.busy} testId="lift-dialog">
      <p>
        {running === 0
          ? "No session is running: nothing trades by itself until one is started."
          : `${counted(running, "running session")} may open positions again with the next signal.`}
      </p>
      {real > 0 && (
        <p className="form-error" data-testid="lift-real">
          <b>REAL MONEY:</b> {counted(real, "of them trades", "of them trade")} real money.
        </p>
      )}
      {send.problem && (
        <p className="form-error" role="alert">
          {send.problem.message}
        </p>
      )}
      <div className="form-foot">
        <button type="button" className={`button ${real ? "danger" : "primary"}`} disabled={send.busy} data-testid="lift-confirm" onClick={send.run}>
          {send.busy ? "Lifting…" : "Lift it: trade again"}
        </button>
        <button type="button" className="button ghost" data-focus disabled={send.busy} onClick={close}>
          Leave it engaged
        </button>
      </div>
    </Dialog>
  );
}
