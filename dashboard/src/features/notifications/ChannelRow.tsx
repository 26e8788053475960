import { useState } from "react";

import type { Channel, Delivery } from "../../api/alertTypes";
import { api } from "../../api/client";
import { ago } from "../../lib/time";
import { Act } from "../../ui/Act";
import { Confirm } from "../../ui/Confirm";
import { useNow } from "../../ui/useNow";
import { useOnce } from "../../ui/useOnce";
import { toasts } from "../toasts/toasts";
import { rulesSaid } from "./channel";

const SENT: Record<Delivery["status"], { tone: string; text: string }> = {
  SENT: { tone: "up", text: "Sent" },
  FAILED: { tone: "down", text: "Failed" },
  PENDING: { tone: "warn", text: "On its way" },
  QUIET: { tone: "warn", text: "Held back until the quiet hours end" },
};

function LastDelivery({ last }: { last: Delivery | null }) {
  const now = useNow(10_000);
  if (last === null) return <p className="muted">Nothing was sent yet.</p>;
  const { tone, text } = SENT[last.status];
  const when = last.status === "SENT" || last.status === "FAILED" ? ` ${ago(last.at, now)}` : "";
  return (
    <p className="muted" data-testid="channel-delivery">
      Last: <span className={tone}>{text}</span>
      {when}
      {last.error && <span className="down">. {last.error}</span>}
    </p>
  );
}

interface ChannelRowProps {
  channel: Channel;
  edit: () => void;
  changed: () => void;
}

export function ChannelRow({ channel, edit, changed }: ChannelRowProps) {
  const { id, label, service, is_enabled } = channel;
  const [told, setTold] = useState<{ tone: string; text: string } | null>(null);
  const flip = useOnce(async () => {
    await api.changeChannel(id, { is_enabled: !is_enabled });
    changed();
  });
  const test = useOnce(async () => {
    setTold(null);
    const { delivered, error } = await api.testChannel(id);
    setTold(delivered ? { tone: "up", text: "The test message was delivered." } : { tone: "down", text: error || "It was not delivered." });
    changed();
  });
  const remove = useOnce(async () => {
    await api.removeChannel(id);
    toasts.show({ tone: "good", title: "Channel removed", text: label });
    changed();
  });
  const busy = flip.busy || test.busy || remove.busy;
  const problem = remove.problem ?? test.problem ?? flip.problem;
  const clear = () => [flip, test, remove].forEach((item) => item.clear());
  return (
    <li className="channel" data-testid="channel-row" data-channel={id}>
      <div className="channel-head">
        <b className="clip">{label}</b>
        <span className="badge plain">{service}</span>
        <Act>
          <input
            type="checkbox"
            role="switch"
            className="toggle"
            aria-label={`${label} is used`}
            checked={is_enabled}
            disabled={busy}
            data-testid="channel-enabled"
            onChange={() => {
              clear();
              flip.run();
            }}
          />
        </Act>
      </div>
      <p className="muted" data-testid="channel-rules">
        {rulesSaid(channel)}
      </p>
      <LastDelivery last={channel.last_delivery} />
      <Act>
        <div className="row-actions">
          <button
            type="button"
            className="button small"
            aria-label={`Send a test message to ${label}`}
            disabled={busy}
            data-testid="channel-test"
            onClick={() => {
              clear();
              test.run();
            }}
          >
            {test.busy ? "Sending…" : "Send a test"}
          </button>
          <button type="button" className="button small" aria-label={`Change ${label}`} disabled={busy} data-testid="channel-edit" onClick={edit}>
            Change
          </button>
          <Confirm
            ask="Remove"
            confirm="Remove for good?"
            label={`Remove ${label}`}
            busyText="Removing…"
            busy={busy}
            run={() => {
              clear();
              remove.run();
            }}
            testId="channel-remove"
          />
        </div>
      </Act>
      <p className={`row-told ${told?.tone ?? ""}`} role="status" data-testid="channel-told">
        {told?.text}
      </p>
      {problem && (
        <p className="form-error" role="alert">
          {problem.message}
        </p>
      )}
    </li>
  );
}
