import type { Alert, Channel, Telegram } from "../api/alertTypes";

export const alert: Alert = {
  id: 5,
  kind: "HALTED",
  severity: "CRITICAL",
  code: "max_drawdown_percent",
  message: "Razor was halted: equity is 20.4% below its peak.",
  details: { figure: 20.4, limit: 20 },
  account: 1,
  session: 2,
  trade: null,
  created_at: "2026-01-05T10:00:00Z",
  read_at: null,
};

export const channel: Channel = {
  id: 3,
  label: "Desk",
  service: "discord",
  is_enabled: true,
  min_severity: "WARNING",
  kinds: ["HALTED"],
  quiet_from: "22:00",
  quiet_until: "07:00",
  time_zone: "Europe/Berlin",
  last_delivery: { status: "FAILED", at: "2026-01-05T10:00:00Z", error: "The service did not accept the message." },
  created_at: "2026-01-01T10:00:00Z",
};

export const noBot: Telegram = {
  configured: false,
  username: "",
  linked: false,
  link_code: null,
  link_url: null,
  link_expires_at: null,
  is_enabled: false,
  error: "",
  ignored: 0,
};

export const bot: Telegram = {
  ...noBot,
  configured: true,
  username: "desk_bot",
  link_code: "ABCD234567",
  link_url: "https://t.me/desk_bot?start=ABCD234567",
  is_enabled: true,
};
