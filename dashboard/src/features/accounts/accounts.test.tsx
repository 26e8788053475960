import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import type { Account, Session } from "../../api/types";
import { AccountsPage } from "../../pages/AccountsPage";
import { broker, credential, liveAccount } from "../../test/brokerSamples";
import { renderDesk } from "../../test/render";
import { account, snapshot } from "../../test/samples";
import { session as sampleSession } from "../../test/sessionSamples";
import { LiveStrip } from "../account/LiveStrip";
import { NOTHING_MORE, requestOf } from "./newAccount";
import { connectionSaid, differenceSaid, reconnectsSaid } from "./words";

const demoKeys = { ...credential, id: 5, label: "Deribit test", environment: "test" as const };
const armed = { ...liveAccount, live_trading_enabled: true };
const card = (id: number) => {
  const found = screen.getAllByTestId("account-card").find((item) => item.dataset["account"] === String(id));
  if (found === undefined) throw new Error(`There is no card of account ${id}.`);
  return within(found);
};

function page(accounts: Account[] = [account, liveAccount]) {
  vi.spyOn(api, "accounts").mockResolvedValue(accounts);
  return renderDesk(<AccountsPage />, { accounts });
}

beforeEach(() => {
  window.localStorage.clear();
  vi.spyOn(api, "brokers").mockResolvedValue([broker, { ...broker, id: "bitstamp", name: "Bitstamp", maxLeverage: null }]);
  vi.spyOn(api, "credentials").mockResolvedValue([credential, demoKeys, { ...credential, id: 6, accounts: [3] }]);
});
afterEach(() => window.history.replaceState(null, "", "/"));

describe("the accounts", () => {
  it("show their mode, money and connection", async () => {
    page();
    expect(card(1).getByTestId("card-mode").textContent).toBe("PAPER");
    expect(card(1).getByTestId("card-balance").textContent).toBe("$998.90");
    expect(card(1).queryByTestId("account-connection")).toBeNull();
    expect(card(1).queryByTestId("live-trading")).toBeNull();
    expect(card(3).getByTestId("card-mode").textContent).toBe("LIVE");
    expect(card(3).getByTestId("card-mode").querySelector("svg")).toBeTruthy();
    expect(card(3).getByTestId("account-connection").textContent).toBe("Connected");
    expect(card(3).getByText("43 ms")).toBeTruthy();
    expect(card(3).getByText(/books and the broker’s agree/)).toBeTruthy();
  });

  it("list what does not agree, and what went wrong, in words", () => {
    const connection = { ...connectionOf(liveAccount), state: "REFUSED" as const, latency_ms: null, error: "Key expired." };
    const differences = [
      { kind: "POSITION", symbol: "BTC-PERPETUAL", ours: "0.5", theirs: "0.3", message: "We count 0.5, Deribit 0.3.", since: null },
      { kind: "OPEN_ORDER", symbol: "ETH", ours: null, theirs: "1", message: "", since: "2026-01-05T10:00:00Z" },
    ];
    page([account, { ...liveAccount, connection, differences }]);
    const found = card(3).getByTestId("account-differences").textContent;
    expect(found).toContain("2 differences");
    expect(found).toContain("We count 0.5, Deribit 0.3.");
    expect(found).toContain("ETH open order: nothing here, 1 at the broker.");
    expect(card(3).getByTestId("account-error").textContent).toBe("Key expired.");
    expect(card(3).getByTestId("account-connection").textContent).toContain("refuses");
  });

  it("are chosen for the rest of the dashboard, and the choice is remembered", async () => {
    const look = vi.spyOn(api, "account").mockResolvedValue({ ...liveAccount, sessions: [], last_event_number: 10 });
    page();
    expect(card(1).getByText("Shown in the dashboard")).toBeTruthy();
    await userEvent.click(card(3).getByTestId("account-show"));
    expect(look).toHaveBeenCalledWith(3);
    expect(window.localStorage.getItem("signalist.account")).toBe("3");
  });

  it("are checked now, once for two clicks, and the result is said", async () => {
    const connection = { ...connectionOf(liveAccount), state: "DISCONNECTED" as const };
    let answer: (value: Account) => void = () => undefined;
    const check = vi.spyOn(api, "checkAccount").mockReturnValue(new Promise((resolve) => (answer = resolve)));
    page();
    await userEvent.dblClick(card(3).getByTestId("account-check"));
    expect(card(3).getByTestId<HTMLButtonElement>("account-check").disabled).toBe(true);
    expect(card(3).getByTestId<HTMLButtonElement>("account-enable").disabled).toBe(true);
    answer({ ...liveAccount, connection });
    await waitFor(() => expect(card(3).getByTestId("account-told").textContent).toContain("Disconnected."));
    expect(card(3).getByTestId("account-told").getAttribute("role")).toBe("status");
    expect(check).toHaveBeenCalledOnce();
    await waitFor(() => expect(card(3).getByTestId("account-connection").dataset["state"]).toBe("DISCONNECTED"));
  });

  it("are disabled and closed when the server has", async () => {
    const change = vi.spyOn(api, "changeAccount").mockResolvedValue({ ...liveAccount, is_enabled: false });
    const close = vi.spyOn(api, "closeAccount").mockRejectedValue(new ApiError(409, "open_trades", "Close its trades first."));
    page();
    await userEvent.click(card(3).getByTestId("account-enable"));
    expect(change).toHaveBeenCalledWith(3, { is_enabled: false });
    await waitFor(() => expect(card(3).getByTestId("account-enable").textContent).toBe("Enable"));
    await userEvent.click(card(3).getByTestId("account-close"));
    expect(close).not.toHaveBeenCalled();
    await userEvent.click(card(3).getByTestId("account-close-confirm"));
    expect((await card(3).findByRole("alert")).textContent).toBe("Close its trades first.");
  });

  it("that were closed make way for another", async () => {
    vi.spyOn(api, "closeAccount").mockResolvedValue(undefined);
    const { controller } = page();
    const closed = vi.spyOn(controller, "accountClosed").mockReturnValue(undefined);
    await userEvent.click(card(3).getByTestId("account-close"));
    await userEvent.click(card(3).getByTestId("account-close-confirm"));
    await waitFor(() => expect(closed).toHaveBeenCalledWith(3));
  });

  it("have an empty state, and one for a server that does not answer", async () => {
    const { unmount } = page([]);
    expect(await screen.findByText("No account yet")).toBeTruthy();
    unmount();
    vi.spyOn(api, "accounts").mockRejectedValue(new ApiError(500, "error", "Broken."));
    renderDesk(<AccountsPage />, { accounts: [] });
    expect((await screen.findByRole("alert")).textContent).toContain("Broken.");
  });
});

describe("the sessions of an account", () => {
  const session: Session = {
    ...sampleSession,
    id: 9,
    account: 3,
    venue: "deribit",
    status: "STOPPED",
    symbols: ["BTC-PERPETUAL"],
    timeframe: "1m",
  };
  const withIt = { ...liveAccount, sessions: [session] };

  it("are started and stopped on its card, once for two clicks", async () => {
    let answer: (value: Session) => void = () => undefined;
    const send = vi.spyOn(api, "actOnSession").mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    page([account, withIt]);
    expect(card(3).getByTestId("account-session").textContent).toContain("1m · BTC-PERPETUAL · deribit");
    await userEvent.dblClick(card(3).getByRole("button", { name: "Start Razor of Deribit main" }));
    expect(send.mock.calls).toEqual([[9, "start", {}, expect.any(String)]]);
    expect(card(3).getByTestId("session-start").textContent).toBe("Starting…");
    act(() => answer({ ...session, status: "RUNNING" }));
    await waitFor(() => expect(card(3).getByTestId("account-session").dataset["status"]).toBe("RUNNING"));
    send.mockRejectedValueOnce(new ApiError(409, "account_closed", "The account is closed."));
    await userEvent.click(card(3).getByTestId("session-stop"));
    expect(send.mock.lastCall?.slice(0, 2)).toEqual([9, "stop"]);
    expect((await card(3).findByRole("alert")).textContent).toBe("The account is closed.");
    expect(card(3).getByTestId("account-session").dataset["status"]).toBe("RUNNING");
  });

  it("ask before they start with real money", async () => {
    const send = vi.spyOn(api, "actOnSession").mockResolvedValue({ ...session, status: "RUNNING" });
    page([account, { ...withIt, live_trading_enabled: true }]);
    await userEvent.click(card(3).getByTestId("session-start"));
    expect(send).not.toHaveBeenCalled();
    const dialog = within(await screen.findByTestId("start-dialog"));
    expect(dialog.getByText("REAL MONEY.")).toBeTruthy();
    await userEvent.dblClick(dialog.getByTestId("start-confirm"));
    expect(send).toHaveBeenCalledOnce();
    await waitFor(() => expect(screen.queryByTestId("start-dialog")).toBeNull());
  });

  it("say why they do not trade while live trading is off", () => {
    page([{ ...withIt, id: 3 }, { ...withIt, id: 4, live_trading_enabled: true }, { ...withIt, id: 5, mode: "DEMO" }]);
    expect(card(3).getByTestId("sessions-note").textContent).toContain("no order is sent");
    expect(card(4).queryByTestId("sessions-note")).toBeNull();
    expect(card(5).queryByTestId("sessions-note")).toBeNull();
  });

  it("may be none, or not known yet", () => {
    page([{ ...liveAccount, id: 3, sessions: [] }, { ...liveAccount, id: 4 }]);
    expect(card(3).getByText(/no signal is traded here/)).toBeTruthy();
    expect(card(4).queryByText("Sessions")).toBeNull();
  });
});

describe("live trading", () => {
  it("is switched on only with the account's name, typed out", async () => {
    const send = vi.spyOn(api, "setLiveTrading").mockResolvedValue(armed);
    page();
    expect(card(3).getByTestId("live-trading").textContent).toContain("Live trading is off");
    await userEvent.click(card(3).getByTestId("live-switch"));
    const confirm = card(3).getByTestId<HTMLButtonElement>("live-confirm");
    await userEvent.type(card(3).getByTestId("field-confirm"), "Deribit mai");
    expect(confirm.disabled).toBe(true);
    await userEvent.keyboard("{Enter}");
    expect(send).not.toHaveBeenCalled();
    await userEvent.type(card(3).getByTestId("field-confirm"), "n");
    await userEvent.dblClick(confirm);
    expect(send.mock.calls).toEqual([[3, { enabled: true, confirm: "Deribit main" }]]);
    await waitFor(() => expect(card(3).getByTestId("live-trading").textContent).toContain("REAL MONEY"));
  });

  it("is switched off with one click, and says when it could not be", async () => {
    const send = vi.spyOn(api, "setLiveTrading").mockRejectedValueOnce(new ApiError(0, "unreachable", "No answer."));
    send.mockResolvedValue(liveAccount);
    page([account, armed]);
    await userEvent.click(card(3).getByTestId("live-switch"));
    expect((await card(3).findByRole("alert")).textContent).toBe("No answer.");
    expect(card(3).getByTestId("live-trading").textContent).toContain("REAL MONEY");
    await userEvent.click(card(3).getByTestId("live-switch"));
    await waitFor(() => expect(card(3).getByTestId("live-trading").textContent).toContain("is off"));
    expect(send.mock.lastCall).toEqual([3, { enabled: false }]);
  });

  it("stands above every page while such an account is selected", async () => {
    const of = (selected: Account) => ({ status: { ...snapshot.status, account: selected }, accounts: [selected] });
    const { controller } = renderDesk(<LiveStrip />, of(account));
    expect(screen.queryByTestId("live-strip")).toBeNull();
    act(() => controller.store.dispatch({ type: "loaded", snapshot: { ...snapshot, ...of(liveAccount) } }));
    expect((await screen.findByTestId("live-strip")).textContent).toBe("LIVEDeribit mainlive trading is off");
  });

  it("says REAL MONEY in the header once it is on", () => {
    renderDesk(<LiveStrip />, { status: { ...snapshot.status, account: armed }, accounts: [armed] });
    expect(screen.getByTestId("live-strip").textContent).toContain("REAL MONEY");
    expect(screen.getByTestId("live-strip").className).toContain("armed");
  });
});

describe("a new account", () => {
  const choose = (mode: string) => userEvent.click(screen.getByRole("radio", { name: new RegExp(`^${mode}`) }));

  it("on paper takes a balance, and goes out once", async () => {
    const create = vi.spyOn(api, "createAccount").mockResolvedValue({ ...account, id: 9, name: "Second" });
    page();
    await userEvent.click(screen.getByTestId("new-account"));
    const submit = await screen.findByTestId<HTMLButtonElement>("create-submit");
    expect(submit.disabled).toBe(true);
    await userEvent.type(screen.getByTestId("field-name"), "Second");
    await userEvent.type(screen.getByTestId("field-initial_balance"), "2500");
    await userEvent.dblClick(submit);
    expect(create.mock.calls).toEqual([[{ name: "Second", mode: "PAPER", initial_balance: "2500" }, expect.any(String)]]);
    await waitFor(() => expect(screen.queryByTestId("create-account")).toBeNull());
  });

  it("at a broker takes saved keys of its kind that no other account uses", async () => {
    const create = vi.spyOn(api, "createAccount").mockResolvedValue(liveAccount);
    window.history.replaceState(null, "", "/accounts?new=LIVE&credential=4");
    page();
    const picked = await screen.findByTestId<HTMLSelectElement>("pick-credential");
    expect(picked.value).toBe("4");
    expect([...picked.options].map((option) => [option.value, option.disabled])).toEqual([["", false], ["4", false], ["6", true]]);
    await choose("DEMO");
    expect(screen.getByTestId<HTMLSelectElement>("pick-credential").value).toBe("5");
    await userEvent.type(screen.getByTestId("field-name"), "Practice");
    await userEvent.click(screen.getByTestId("create-submit"));
    expect(create.mock.calls[0]?.[0]).toEqual({ name: "Practice", mode: "DEMO", broker: "deribit", credential: 5 });
    await waitFor(() => expect(window.location.search).toBe(""));
  });

  it("at a broker may bring sessions for its symbols", async () => {
    const create = vi.spyOn(api, "createAccount");
    const fields = { symbols: ["Deribit does not list 'MOON'."], "symbols.1": ["Not a symbol."] };
    create.mockRejectedValueOnce(new ApiError(400, "invalid", "symbols: Deribit does not list 'MOON'.", fields));
    create.mockResolvedValue(liveAccount);
    window.history.replaceState(null, "", "/accounts?new=DEMO&credential=5");
    page();
    await userEvent.type(await screen.findByTestId("field-name"), "Practice");
    expect(screen.queryByTestId("field-timeframe")).toBeNull();
    expect(await screen.findByText(/Deribit gives 50 at most/)).toBeTruthy();
    expect(screen.getByText(/As Deribit writes them, with commas between: BTC-PERPETUAL/)).toBeTruthy();
    await userEvent.type(screen.getByTestId("field-symbols"), "BTC-PERPETUAL, MOON BTC-PERPETUAL");
    await userEvent.selectOptions(screen.getByTestId("field-timeframe"), "5m");
    await userEvent.type(screen.getByTestId("field-currency"), "btc");
    await userEvent.type(screen.getByTestId("field-leverage"), "3");
    await userEvent.click(screen.getByTestId("create-submit"));
    expect((await screen.findByRole("alert")).textContent).toBe("Deribit does not list 'MOON'. Not a symbol.");
    expect(screen.queryByTestId("create-problem")).toBeNull();
    expect(create.mock.calls[0]?.[0]).toEqual({
      name: "Practice",
      mode: "DEMO",
      broker: "deribit",
      credential: 5,
      currency: "BTC",
      leverage: "3",
      symbols: ["BTC-PERPETUAL", "MOON"],
      timeframe: "5m",
    });
  });

  it("on paper has no symbols to choose", () => {
    const more = { currency: "EUR", leverage: "2", symbols: "BTC", timeframe: "5m" };
    expect(requestOf("PAPER", " Second ", "", undefined, more)).toEqual({ name: "Second", mode: "PAPER", currency: "EUR", leverage: "2" });
    expect(requestOf("PAPER", "Second", "", undefined, NOTHING_MORE)).toEqual({ name: "Second", mode: "PAPER" });
  });

  it("shows the server's objection at its field, and sends a changed form under a new key", async () => {
    const fields = { name: ["You have an account of that name."] };
    const create = vi.spyOn(api, "createAccount").mockRejectedValueOnce(new ApiError(0, "unreachable", "No answer."));
    create.mockRejectedValue(new ApiError(400, "invalid", "name: You have an account of that name.", fields));
    page();
    await userEvent.click(screen.getByTestId("new-account"));
    await userEvent.type(await screen.findByTestId("field-name"), "Paper");
    await userEvent.click(screen.getByTestId("create-submit"));
    expect((await screen.findByTestId("create-problem")).textContent).toBe("No answer.");
    await userEvent.click(screen.getByTestId("create-submit"));
    expect((await screen.findByRole("alert")).textContent).toBe("You have an account of that name.");
    await userEvent.type(screen.getByTestId("field-name"), " 2");
    await userEvent.click(screen.getByTestId("create-submit"));
    const keys = create.mock.calls.map((call) => call[1]);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it("sends one without keys to the brokers first", async () => {
    vi.mocked(api.credentials).mockResolvedValue([]);
    window.history.replaceState(null, "", "/accounts?new=DEMO");
    page();
    expect((await screen.findByText("Connect a broker first")).getAttribute("href")).toBe("/brokers");
    expect(screen.getByTestId<HTMLButtonElement>("create-submit").disabled).toBe(true);
  });
});

function connectionOf({ connection }: Account) {
  if (!connection) throw new Error("The sample has no connection.");
  return connection;
}

describe("words for connections", () => {
  it("says what is not known", () => {
    expect(connectionSaid(null)).toEqual({ tone: "idle", text: "Not connected yet" });
    expect(connectionSaid({ ...connectionOf(liveAccount), state: "DEGRADED" }).tone).toBe("warn");
  });

  it("counts reconnects", () => {
    const now = Date.parse("2026-01-05T10:05:00Z");
    const connection = { ...connectionOf(liveAccount), last_reconnect_at: "2026-01-05T10:00:00Z", reconnects: 3 };
    expect(reconnectsSaid(connection, now)).toBe("5m 00s ago (3 times in all)");
    expect(reconnectsSaid({ ...connection, last_reconnect_at: null }, now)).toBe("Never");
  });

  it("prefers the server's sentence", () => {
    const difference = { kind: "BALANCE", symbol: "", ours: "1", theirs: "2", message: "", since: null };
    expect(differenceSaid(difference)).toBe("balance: 1 here, 2 at the broker.");
    expect(differenceSaid({ ...difference, message: "Off by 1." })).toBe("Off by 1.");
  });
});
