import type { Alert } from "../api/alertTypes";
import type { Account, Bar, Decision, Quote, Session, Signal, Trade } from "../api/types";

export interface Payloads {
  signal: Signal;
  decision: Decision;
  trade_executed: Trade;
  trade_update: Trade;
  trade_closed: Trade;
  balance_update: Account;
  /** `change` names what was done to the account, where something was. */
  status: { account: Account | null; sessions: Session[]; change?: string };
  error: { code: string; message: string };
  alert: Alert;
  audit: { action: string; subject: string };
  drawdown_limit: { session: number; session_name: string; message: string };
}

/** The events that the server numbers per owner, without a gap. */
export type EventFrame = {
  [T in keyof Payloads]: { type: T; number: number; account: number | null; payload: Payloads[T]; created_at: string };
}[keyof Payloads];

export interface CandleFrame {
  type: "candle";
  venue: string;
  symbol: string;
  timeframe: string;
  candle: Bar;
}

export interface QuotesFrame {
  type: "quotes";
  quotes: Quote[];
}

export type PlainFrame =
  | { type: "hello"; number: number; resumed: boolean }
  | { type: "heartbeat"; number: number; time: number }
  | { type: "resync" }
  | QuotesFrame
  | CandleFrame;

export type Frame = EventFrame | PlainFrame;

export function isEvent(frame: Frame): frame is EventFrame {
  return "payload" in frame && typeof (frame as EventFrame).number === "number";
}

/** Frames in a message; null for what is not a frame at all. */
export function parseFrame(data: unknown): Frame | null {
  if (typeof data !== "string") return null;
  try {
    const value: unknown = JSON.parse(data);
    const known = typeof value === "object" && value !== null && typeof (value as Frame).type === "string";
    return known ? (value as Frame) : null;
  } catch {
    return null;
  }
}

/** Where event `number` stands against the last one applied. */
export function place(last: number, number: number): "old" | "next" | "gap" {
  if (number <= last) return "old";
  return number === last + 1 ? "next" : "gap";
}
