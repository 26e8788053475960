/** A notification channel as its form holds it, and how its rules are said. */

import type { AlertKind, Channel, ChannelRequest, ChannelRules, Severity } from "../../api/alertTypes";
import { words } from "../../lib/format";

export interface ChannelDraft {
  label: string;
  url: string;
  min_severity: Severity;
  kinds: AlertKind[];
  quiet: boolean;
  quiet_from: string;
  quiet_until: string;
  time_zone: string;
}

/** The reader's own time zone. */
function here(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

export function channelDraft(channel: Channel | null): ChannelDraft {
  return {
    label: channel?.label ?? "",
    url: "",
    min_severity: channel?.min_severity ?? "WARNING",
    kinds: channel?.kinds ?? [],
    quiet: channel !== null && channel.quiet_from !== null,
    quiet_from: channel?.quiet_from ?? "22:00",
    quiet_until: channel?.quiet_until ?? "07:00",
    time_zone: channel?.time_zone ?? here(),
  };
}

/** The address only where one was typed: what is stored stays. */
export function channelRequest({ label, url, quiet, quiet_from, quiet_until, ...rest }: ChannelDraft): Partial<ChannelRequest> {
  return {
    ...rest,
    label: label.trim(),
    time_zone: rest.time_zone.trim(),
    quiet_from: quiet ? quiet_from : null,
    quiet_until: quiet ? quiet_until : null,
    ...(url.trim() ? { url: url.trim() } : {}),
  };
}

const FROM: Record<Severity, string> = { INFO: "Everything", WARNING: "Warnings and worse", CRITICAL: "Only what is critical" };

/** Its rules in one line. */
export function rulesSaid({ min_severity, kinds, quiet_from, quiet_until, time_zone }: ChannelRules): string {
  const which = kinds.length === 0 ? "" : `, of ${kinds.map((kind) => words(kind).toLowerCase()).join(", ")}`;
  const quiet = quiet_from !== null && quiet_until !== null ? ` · quiet ${quiet_from}–${quiet_until} ${time_zone}` : "";
  return `${FROM[min_severity]}${which}${quiet}`;
}
