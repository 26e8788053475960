import type { ConnectRequest, CredentialField, Environment } from "../../../api/brokerTypes";
import type { FieldErrors } from "../../../api/http";
import { words } from "../../../lib/format";

/** Which of the two a broker's accounts are called, where it has words of its own. */
const OWN_WORDS: Record<string, Record<Environment, string>> = {
  deriv: { test: "Demo account", live: "Real account" },
};
const WORDS: Record<Environment, string> = { test: "Testnet", live: "Live" };

export function environmentWord(broker: string, environment: Environment): string {
  return (OWN_WORDS[broker] ?? WORDS)[environment];
}

interface FieldChoice {
  value: string;
  label: string;
  note?: string;
}

/** What a choice means, where its own word does not say it. */
const MEANINGS: Record<string, Record<string, Omit<FieldChoice, "value">>> = {
  "deriv.api": {
    current: { label: "Current API", note: "Tokens made at developers.deriv.com, with their app id." },
    legacy: { label: "Legacy API", note: "Older tokens, from Deriv's account settings." },
  },
};

/** The choices of a field that is picked, not typed; the first is the default. Empty for one that is typed. */
export function choicesOf(broker: string, field: CredentialField): FieldChoice[] {
  const meanings = MEANINGS[`${broker}.${field.name}`] ?? {};
  return (field.choices ?? []).map((value) => ({ value, ...(meanings[value] ?? { label: words(value) }) }));
}

/** Secrets of several lines: keys in PEM, which are nothing without their line breaks. */
const IN_LINES: Record<string, string[]> = { coinbase: ["api_secret"] };

export function inLines(broker: string, field: string): boolean {
  return IN_LINES[broker]?.includes(field) ?? false;
}

/** What the form holds at this moment. Secrets are read when they are sent, and live nowhere but in their inputs. */
export function readForm(form: HTMLFormElement, broker: string, fields: CredentialField[]): ConnectRequest {
  const data = new FormData(form);
  const text = (name: string) => String(data.get(name) ?? "").replace(/\r\n?/g, "\n").trim();
  const credentials: Record<string, string> = {};
  for (const { name } of fields) {
    const value = text(`credentials.${name}`);
    if (value !== "") credentials[name] = value;
  }
  const account_id = text("account_id");
  const environment = text("environment") === "live" ? "live" : "test";
  return { broker, environment, credentials, ...(account_id ? { account_id } : {}) };
}

/** The server names a field by itself or below "credentials". */
export function errorsOf(fields: FieldErrors, name: string): string[] | undefined {
  return fields[`credentials.${name}`] ?? fields[name];
}

/** What the server objects to and no field of the form shows; the message alone where it names none at all. */
export function restOf(problem: { message: string; fields: FieldErrors }, shown: string[]): string | null {
  const named = new Set(shown.flatMap((name) => [name, `credentials.${name}`]));
  const entries = Object.entries(problem.fields);
  const rest = entries.filter(([name]) => !named.has(name)).flatMap(([, messages]) => messages);
  if (entries.length > 0 && rest.length === 0) return null;
  return [...new Set([problem.message, ...rest.filter((text) => !problem.message.includes(text))])].join(" ");
}
