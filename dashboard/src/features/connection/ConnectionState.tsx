import { useDash } from "../../state/context";
import { useNow } from "../../ui/useNow";
import { describe } from "./describe";

export function ConnectionState() {
  const connection = useDash((state) => state.connection);
  const number = useDash((state) => state.number);
  const counting = connection.state === "reconnecting" || connection.state === "offline";
  const now = useNow(250, counting);
  const { tone, text } = describe(connection, now);
  return (
    <span className={`connection ${tone}`} data-testid="connection-state" data-state={connection.state}>
      <span className="dot" aria-hidden="true" />
      {/* The countdown is for the eyes only: announced every second, it would drown everything else. */}
      <span aria-hidden={counting}>{text}</span>
      <span className="visually-hidden" role="status">
        {connection.state}
      </span>
      <span className="event-number" title="The number of the last event applied">
        #{number}
      </span>
    </span>
  );
}
