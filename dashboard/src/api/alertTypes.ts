/** What the API says of alerts, and of the ways by which a person is told of them. */

import type { Page } from "./types";

export const SEVERITIES = ["INFO", "WARNING", "CRITICAL"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const ALERT_KINDS = [
  "DRAWDOWN_NEAR",
  "LIMIT_NEAR",
  "HALTED",
  "RESUMED",
  "KILL_SWITCH",
  "ORDER_REJECTED",
  "ORDER_UNKNOWN",
  "RECONCILIATION",
  "STOP_MISSING",
  "CONNECTION",
  "FEED_STALE",
  "STRATEGY_ERROR",
  "TRADE_OPENED",
  "TRADE_CLOSED",
  "TEST",
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export interface Alert {
  id: number;
  kind: AlertKind;
  severity: Severity;
  code: string;
  message: string;
  details: Record<string, unknown>;
  account: number | null;
  session: number | null;
  trade: number | null;
  created_at: string;
  read_at: string | null;
}

/** `unread` counts all that are not read, whatever was asked for. */
export interface AlertPage extends Page<Alert> {
  unread: number;
}

export interface Delivery {
  /** QUIET: held back until its quiet hours end. */
  status: "PENDING" | "SENT" | "FAILED" | "QUIET";
  at: string;
  error: string;
}

/** By which rules a channel is used. No kinds: all. Times are "HH:MM" in the time zone. */
export interface ChannelRules {
  label: string;
  is_enabled: boolean;
  min_severity: Severity;
  kinds: AlertKind[];
  quiet_from: string | null;
  quiet_until: string | null;
  time_zone: string;
}

/** The address goes in, and never comes out. */
export interface ChannelRequest extends ChannelRules {
  url: string;
}

export interface Channel extends ChannelRules {
  id: number;
  service: string;
  last_delivery: Delivery | null;
  created_at: string;
}

export interface TestResult {
  delivered: boolean;
  error: string;
}

export interface NotificationService {
  name: string;
  schemes: string[];
  /** A page that says how its address is written. */
  docs: string;
}

export interface NotificationServices {
  services: NotificationService[];
  kinds: { kind: AlertKind; severity: Severity }[];
  severities: Severity[];
}

export interface Telegram {
  configured: boolean;
  username: string;
  linked: boolean;
  /** Null when it was used or is too old. */
  link_code: string | null;
  link_url: string | null;
  link_expires_at: string | null;
  is_enabled: boolean;
  /** What keeps it from listening; "" for nothing. */
  error: string;
  /** Messages from chats that are not linked. */
  ignored: number;
}
