import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";

import type { Broker } from "../../../api/brokerTypes";
import { api } from "../../../api/client";
import { ApiError } from "../../../api/http";
import { broker, connected, credential, deriv } from "../../../test/brokerSamples";
import { renderDesk } from "../../../test/render";
import { ConnectView } from "./ConnectView";
import { restOf } from "./form";

const input = (name: string) => screen.getByTestId<HTMLInputElement>(`field-${name}`);
// Browsers of late answer with a promise, which an effect must not hand on as its clean-up.
beforeEach(() => {
  Element.prototype.scrollIntoView = () => Promise.resolve() as never;
});

const KEY = "credentials.api_key";
const SECRET = "credentials.api_secret";
const SENT = { broker: "deribit", environment: "test", credentials: { api_key: "id", api_secret: "s3cret" } };

async function filled(of: Broker = broker) {
  const changed = vi.fn();
  renderDesk(<ConnectView broker={of} changed={changed} />);
  await userEvent.type(input(KEY), " id ");
  await userEvent.type(input(SECRET), "s3cret");
  return changed;
}

describe("connecting a broker", () => {
  it("tests keys once without keeping them, and shows what they reach", async () => {
    const connect = vi.spyOn(api, "connect").mockResolvedValue(connected);
    await filled();
    expect(screen.queryByTestId("connect-save")).toBeNull();
    await userEvent.dblClick(screen.getByTestId("connect-test"));
    const result = await screen.findByTestId("test-result");
    expect(connect.mock.calls[0]).toEqual([SENT]);
    for (const text of ["Demo", "Account 12345", "84 ms", "trade:read_write", "BTC", "9.5", "10.01"]) {
      expect(result.textContent).toContain(text);
    }
    expect(result.parentElement?.getAttribute("role")).toBe("status");
    expect(screen.queryByTestId("risky-permissions")).toBeNull();
  });

  it("masks secrets and keeps them from the browser's memory", async () => {
    await filled();
    expect(input(SECRET)).toMatchObject({ type: "password", autocomplete: "off" });
    expect(input(KEY)).toMatchObject({ type: "text", autocomplete: "off" });
    expect(input(SECRET).getAttribute("value")).toBeNull();
  });

  it("saves what was tested under a label with one key, and forgets it", async () => {
    const connect = vi.spyOn(api, "connect").mockResolvedValue(connected);
    const changed = await filled();
    await userEvent.click(screen.getByTestId("connect-test"));
    await screen.findByTestId("test-result");
    connect.mockResolvedValue({ ...connected, credential: { ...credential, environment: "test", label: "Mine" } });
    await userEvent.clear(input("label"));
    await userEvent.type(input("label"), "Mine");
    await userEvent.dblClick(screen.getByTestId("connect-save"));
    const note = await screen.findByTestId("credential-saved");
    expect(connect).toHaveBeenCalledTimes(2);
    expect(connect.mock.calls[1]).toEqual([{ ...SENT, save: true, label: "Mine" }, expect.any(String)]);
    expect(input(SECRET).value).toBe("");
    expect(document.activeElement).toBe(note);
    expect(note.querySelector("a")?.getAttribute("href")).toBe("/accounts?new=DEMO&credential=4");
    expect(changed).toHaveBeenCalledOnce();
  });

  it("shows a refusal beside the fields and goes to them", async () => {
    const fields = { credentials: ["Deribit does not accept these keys."] };
    vi.spyOn(api, "connect").mockRejectedValue(new ApiError(400, "authentication_failed", "Refused.", fields));
    await filled();
    await userEvent.click(screen.getByTestId("connect-test"));
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toBe("Deribit does not accept these keys.");
    expect(input(SECRET).getAttribute("aria-describedby")).toContain(alert.id);
    expect(input(KEY).getAttribute("aria-invalid")).toBe("true");
    expect(document.activeElement).toBe(input(KEY));
    expect(input(SECRET).value).toBe("s3cret");
    await userEvent.type(input(SECRET), "x");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("says what belongs to no field below them", async () => {
    vi.spyOn(api, "connect").mockRejectedValue(new ApiError(503, "broker_unavailable", "Deribit does not answer."));
    await filled();
    await userEvent.click(screen.getByTestId("connect-test"));
    expect((await screen.findByTestId("connect-problem")).textContent).toBe("Deribit does not answer.");
    expect(restOf({ message: "m: No.", fields: { "credentials.api_key": ["No."] } }, ["api_key"])).toBeNull();
    expect(restOf({ message: "Wrong.", fields: { broker: ["No such."] } }, ["api_key"])).toBe("Wrong. No such.");
  });

  it("takes a result back when what was tested changes", async () => {
    vi.spyOn(api, "connect").mockResolvedValue(connected);
    await filled();
    await userEvent.click(screen.getByTestId("connect-test"));
    await screen.findByTestId("test-result");
    await userEvent.type(input(SECRET), "x");
    expect(screen.queryByTestId("test-result")).toBeNull();
    expect(screen.queryByTestId("connect-save")).toBeNull();
  });

  it("never shows a result for keys that were changed while they were tested", async () => {
    let answer: (value: typeof connected) => void = () => undefined;
    vi.spyOn(api, "connect").mockReturnValue(new Promise((resolve) => (answer = resolve)));
    await filled();
    await userEvent.click(screen.getByTestId("connect-test"));
    expect(screen.getByTestId<HTMLButtonElement>("connect-test").disabled).toBe(true);
    await userEvent.type(input(SECRET), "x");
    answer(connected);
    await waitFor(() => expect(screen.getByTestId<HTMLButtonElement>("connect-test").disabled).toBe(false));
    expect(screen.queryByTestId("test-result")).toBeNull();
  });

  it("warns of real money and of rights that trading does not need", async () => {
    const permissions = ["trade", "withdraw"];
    const connect = vi.spyOn(api, "connect").mockResolvedValue({ ...connected, accountType: "real", permissions });
    await filled();
    await userEvent.click(screen.getByRole("radio", { name: /Live/ }));
    await userEvent.click(screen.getByTestId("connect-test"));
    expect((await screen.findByTestId("risky-permissions")).textContent).toContain("withdraw");
    expect(connect.mock.calls[0]?.[0].environment).toBe("live");
    expect(screen.getByTestId("connect-save").textContent).toBe("Save real-money keys");
  });

  it("offers no testnet where there is none", async () => {
    await filled({ ...broker, testnetAvailable: false });
    expect(screen.getByRole<HTMLInputElement>("radio", { name: /Testnet/ }).disabled).toBe(true);
    expect(screen.getByRole<HTMLInputElement>("radio", { name: /Live/ }).checked).toBe(true);
  });

  it("asks Deriv's questions: token, app id, account type and which API", async () => {
    const connect = vi.spyOn(api, "connect").mockResolvedValue({ ...connected, broker: "deriv" });
    renderDesk(<ConnectView broker={deriv} changed={() => undefined} />);
    await userEvent.type(input("credentials.token"), "t0ken");
    await userEvent.type(input("credentials.app_id"), "1089");
    await userEvent.type(input("account_id"), "CR9000001");
    await userEvent.click(screen.getByRole("radio", { name: /Real account/ }));
    await userEvent.click(screen.getByRole("radio", { name: /Legacy API/ }));
    await userEvent.click(screen.getByTestId("connect-test"));
    await screen.findByTestId("test-result");
    expect(connect.mock.calls[0]?.[0]).toEqual({
      broker: "deriv",
      environment: "live",
      credentials: { token: "t0ken", app_id: "1089", api: "legacy" },
      account_id: "CR9000001",
    });
  });

  it("keeps the lines of a key that has several", async () => {
    const connect = vi.spyOn(api, "connect").mockResolvedValue(connected);
    renderDesk(<ConnectView broker={{ ...broker, id: "coinbase" }} changed={() => undefined} />);
    await userEvent.click(input(SECRET));
    await userEvent.paste("-----BEGIN-----\nabc\n-----END-----\n");
    await userEvent.click(screen.getByTestId("connect-test"));
    await screen.findByTestId("test-result");
    expect(connect.mock.calls[0]?.[0].credentials["api_secret"]).toBe("-----BEGIN-----\nabc\n-----END-----");
  });

  it("tells how to get a key with the least rights", () => {
    renderDesk(<ConnectView broker={broker} changed={() => undefined} />);
    const guide = screen.getByTestId("key-guide");
    for (const text of ["Add a key.", "trade:read_write", "Never allow withdrawals"]) expect(guide.textContent).toContain(text);
    expect(guide.querySelector("a")?.getAttribute("href")).toBe("https://www.deribit.com");
  });
});
