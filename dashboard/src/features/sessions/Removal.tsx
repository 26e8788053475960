import { api } from "../../api/client";
import type { Session } from "../../api/sessionTypes";
import { useController } from "../../state/context";
import { Act } from "../../ui/Act";
import { Confirm } from "../../ui/Confirm";
import { useOnce } from "../../ui/useOnce";

/** A session that never did anything can go; one with a past stays, for the record. */
export function Removal({ session }: { session: Session }) {
  const { store } = useController();
  const send = useOnce(async () => {
    await api.removeSession(session.id);
    store.dispatch({ type: "session", session, gone: true });
  });
  return (
    <>
      <Act>
        <Confirm
          ask="Delete…"
          confirm="Delete it?"
          label={`Delete the session ${session.name}`}
          busyText="Deleting…"
          busy={send.busy}
          run={send.run}
          testId="session-delete"
        />
      </Act>
      {send.problem && (
        <p className="form-error" role="alert">
          {send.problem.message}
        </p>
      )}
    </>
  );
}
