import { useEffect, useRef, useState } from "react";

import { ALERT_KINDS, type Channel, type ChannelRequest, SEVERITIES, type Severity } from "../../api/alertTypes";
import { api } from "../../api/client";
import { words } from "../../lib/format";
import { Dialog } from "../../ui/Dialog";
import { SwitchRow } from "../../ui/Field";
import { Picks } from "../../ui/Picks";
import { SelectField } from "../../ui/SelectField";
import { TextField } from "../../ui/TextField";
import { useOnce } from "../../ui/useOnce";
import { restOf } from "../brokers/connect/form";
import { errorsAt } from "../sessions/editor/errors";
import { toasts } from "../toasts/toasts";
import { type ChannelDraft, channelDraft, channelRequest } from "./channel";

const KINDS = ALERT_KINDS.map((value) => ({ value, label: words(value) }));
const GRADES = SEVERITIES.map((value) => ({ value, label: words(value) }));
const SHOWN = ["label", "url", "min_severity", "kinds", "quiet_from", "quiet_until", "time_zone"];

interface ChannelFormProps {
  /** Null for a new one. */
  channel: Channel | null;
  saved: () => void;
  close: () => void;
}

/** Where alerts are sent, and which. The address is typed in and never shown again. */
export function ChannelForm({ channel, saved, close }: ChannelFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(() => channelDraft(channel));
  const send = useOnce(async (key) => {
    const body = channelRequest(draft);
    if (channel === null) await api.addChannel(body as ChannelRequest, key);
    else await api.changeChannel(channel.id, body);
    toasts.show({ tone: "good", title: channel === null ? "Channel added" : "Channel saved", text: draft.label });
    saved();
    close();
  });
  const { problem, renew } = send;
  useEffect(() => {
    if (problem) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problem]);
  const edit = (part: Partial<ChannelDraft>) => {
    renew();
    setDraft({ ...draft, ...part });
  };
  const errors = problem?.fields ?? {};
  const rest = problem && restOf(problem, [...SHOWN, ...Object.keys(errors).filter((name) => name.startsWith("kinds."))]);
  const complete = draft.label.trim() !== "" && (channel !== null || draft.url.trim() !== "");

  return (
    <Dialog title={channel === null ? "New channel" : `Change ${channel.label}`} close={close} busy={send.busy} testId="channel-dialog">
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (complete) send.run();
        }}
      >
        <TextField
          name="label"
          label="Name"
          required
          autoFocus
          maxLength={60}
          value={draft.label}
          errors={errors["label"]}
          onChange={(event) => edit({ label: event.target.value })}
        />
        <TextField
          name="url"
          label="Address"
          secret
          required={channel === null}
          hint={
            channel === null
              ? "As the service shows it, or in apprise’s notation, as in discord://… It is stored encrypted, and never shown again."
              : "Left empty, the stored one stays."
          }
          value={draft.url}
          errors={errors["url"]}
          onChange={(event) => edit({ url: event.target.value })}
        />
        <SelectField
          name="min_severity"
          label="Send from"
          value={draft.min_severity}
          options={GRADES}
          errors={errors["min_severity"]}
          choose={(value) => edit({ min_severity: value as Severity })}
        />
        <Picks
          name="kinds"
          legend="Kinds"
          hint="None chosen: all of them."
          options={KINDS}
          chosen={draft.kinds}
          errors={errorsAt(errors, "kinds")}
          choose={(kinds) => edit({ kinds })}
        />
        <SwitchRow
          name="quiet"
          label="Quiet hours"
          hint="What comes then is sent when they end; what is critical, at once."
          checked={draft.quiet}
          errors={undefined}
          change={(quiet) => edit({ quiet })}
        />
        {draft.quiet && (
          <div className="quiet-hours">
            <TextField name="quiet_from" label="From" type="time" required value={draft.quiet_from} errors={errors["quiet_from"]} onChange={(event) => edit({ quiet_from: event.target.value })} />
            <TextField name="quiet_until" label="Until" type="time" required value={draft.quiet_until} errors={errors["quiet_until"]} onChange={(event) => edit({ quiet_until: event.target.value })} />
            <TextField name="time_zone" label="Time zone" required hint="As in Europe/Berlin." value={draft.time_zone} errors={errors["time_zone"]} onChange={(event) => edit({ time_zone: event.target.value })} />
          </div>
        )}
        {rest && (
          <p className="form-error" role="alert" data-testid="channel-form-problem">
            {rest}
          </p>
        )}
        <div className="form-foot">
          <button type="submit" className="button primary" disabled={send.busy || !complete} data-testid="channel-save">
            {send.busy ? "Saving…" : channel === null ? "Add channel" : "Save changes"}
          </button>
          <button type="button" className="button ghost" disabled={send.busy} onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
