import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import { BrokersPage } from "../../pages/BrokersPage";
import { broker, closedBroker, credential, deriv, paperBroker } from "../../test/brokerSamples";
import { renderDesk } from "../../test/render";
import { account } from "../../test/samples";
import { CredentialRow } from "./CredentialRow";
import { ANY_BROKER, fits } from "./filter";

const brokers = [broker, closedBroker, deriv, paperBroker];
const names = () => screen.queryAllByTestId("broker-card").map((card) => card.dataset["broker"]);

beforeEach(() => {
  window.localStorage.clear();
  vi.spyOn(api, "brokers").mockResolvedValue(brokers);
  vi.spyOn(api, "credentials").mockResolvedValue([credential]);
});

describe("the brokers", () => {
  it("are shown as cards, a closed one with its reason and nothing to connect", async () => {
    renderDesk(<BrokersPage part="" />);
    await waitFor(() => expect(names()).toEqual(["deribit", "bitmex", "deriv", "paper"]));
    const [open, closed, , paper] = screen.getAllByTestId("broker-card") as [HTMLElement, HTMLElement, HTMLElement, HTMLElement];
    expect(within(open).getByText("50×")).toBeTruthy();
    expect(within(open).getByText("1 key saved")).toBeTruthy();
    expect(within(open).getByTestId("connect-deribit").getAttribute("href")).toBe("/brokers/deribit");
    expect(closed.textContent).toContain("ceased trading on 2026-09-23");
    expect(within(closed).queryByText("Connect")).toBeNull();
    expect(within(paper).getByText("Open an account").getAttribute("href")).toBe("/accounts?new=PAPER");
  });

  it("are narrowed by name, pair and feature, and the filters can be cleared", async () => {
    renderDesk(<BrokersPage part="" />);
    await userEvent.type(await screen.findByTestId("broker-search"), "r_100");
    await waitFor(() => expect(names()).toEqual(["deriv"]));
    await userEvent.clear(screen.getByTestId("broker-search"));
    await userEvent.selectOptions(screen.getByTestId("broker-feature"), "options");
    await userEvent.click(screen.getByRole("button", { name: "With testnet" }));
    expect(names()).toEqual(["deribit", "deriv"]);
    await userEvent.type(screen.getByTestId("broker-search"), "nobody");
    await userEvent.click(screen.getByRole("button", { name: "Clear the filters" }));
    expect(names()).toHaveLength(4);
  });

  it("are compared in a table, and the view is remembered", async () => {
    const { unmount } = renderDesk(<BrokersPage part="" />);
    await userEvent.click(await screen.findByTestId("view-table"));
    expect(screen.getAllByTestId("capability-row")).toHaveLength(4);
    const row = within(screen.getAllByTestId("capability-row")[0] as HTMLElement);
    expect(row.getAllByText("yes")).toHaveLength(13);
    expect(row.getAllByText("no")).toHaveLength(1);
    unmount();
    renderDesk(<BrokersPage part="" />);
    expect(await screen.findByTestId("capability-table")).toBeTruthy();
  });

  it("can be asked for again", async () => {
    vi.mocked(api.brokers).mockRejectedValueOnce(new ApiError(503, "unavailable", "Redis does not answer."));
    renderDesk(<BrokersPage part="" />);
    expect((await screen.findByRole("alert")).textContent).toContain("Redis does not answer.");
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(names()).toHaveLength(4));
  });

  it("has a page for each, says what is closed and what does not exist", async () => {
    const { unmount } = renderDesk(<BrokersPage part="bitmex" />);
    expect((await screen.findByTestId("broker-closed")).textContent).toContain("2026-09-23");
    expect(screen.queryByTestId("connect-form")).toBeNull();
    unmount();
    renderDesk(<BrokersPage part="nowhere" />);
    expect(await screen.findByText("There is no such broker")).toBeTruthy();
  });

  it("fits what is open only", () => {
    expect(brokers.filter((item) => fits(item, { ...ANY_BROKER, open: true }))).toHaveLength(3);
    expect(fits(closedBroker, { ...ANY_BROKER, feature: "spot" })).toBe(false);
  });
});

describe("saved keys", () => {
  it("are checked at the broker, and say so", async () => {
    const changed = vi.fn();
    vi.spyOn(api, "validateCredential").mockResolvedValue({ ...credential, status: "INVALID", error: "Key expired." });
    render(<CredentialRow credential={credential} users={[]} changed={changed} />);
    await userEvent.dblClick(screen.getByTestId("credential-validate"));
    expect((await screen.findByText("Key expired.")).getAttribute("role")).toBe("status");
    expect(changed).toHaveBeenCalled();
  });

  it("are removed only after a second word, and a refusal is explained", async () => {
    const remove = vi.spyOn(api, "removeCredential").mockRejectedValue(new ApiError(409, "in_use", "An account is reached with them."));
    vi.mocked(api.credentials).mockResolvedValue([{ ...credential, accounts: [account.id] }]);
    renderDesk(<BrokersPage part="" />);
    const row = within(await screen.findByTestId("credential-row"));
    expect(row.getByText(`Used by ${account.name}`)).toBeTruthy();
    await userEvent.click(row.getByTestId("credential-remove"));
    expect(remove).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(row.getByTestId("credential-remove-confirm"));
    await userEvent.keyboard("{Escape}");
    expect(document.activeElement).toBe(row.getByTestId("credential-remove"));
    await userEvent.click(row.getByTestId("credential-remove"));
    await userEvent.click(row.getByTestId("credential-remove-confirm"));
    expect((await row.findByRole("alert")).textContent).toContain("An account is reached with them. To cut Signalist off");
    expect(remove).toHaveBeenCalledOnce();
  });

  it("go from the list once they are removed", async () => {
    vi.spyOn(api, "removeCredential").mockResolvedValue(undefined);
    renderDesk(<BrokersPage part="" />);
    await userEvent.click(await screen.findByTestId("credential-remove"));
    vi.mocked(api.credentials).mockResolvedValue([]);
    await userEvent.click(screen.getByTestId("credential-remove-confirm"));
    expect(await screen.findByText("No keys saved")).toBeTruthy();
  });
});
