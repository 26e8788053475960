import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import { performance } from "../../api/performance";
import { App } from "../../app/App";
import { PublicRecordPage } from "../../pages/PublicRecordPage";
import { openRecord, publicRecord, record, unchecked, verified } from "../../test/performanceSamples";
import { renderDesk } from "../../test/render";
import { account } from "../../test/samples";
import { session } from "../../test/sessionSamples";
import { RoleContext } from "../../state/rights";
import { slugOf } from "./address";
import { publicCards } from "./publicFigures";
import { RecordTab } from "./RecordTab";
import { verifiedSaid } from "./Verified";

vi.mock("../results/lineChart", () => ({
  LineChart: class {
    remove() {
      return undefined;
    }
  },
}));

const accounts = [{ ...account, sessions: [session] }];

afterEach(() => {
  vi.useRealTimers();
  window.history.replaceState(null, "", "/");
});

describe("the owner's track records", () => {
  it("publishes the account without amounts unless told otherwise", async () => {
    const list = vi.spyOn(performance, "trackRecords").mockResolvedValue([]);
    const publish = vi.spyOn(performance, "publish").mockImplementation(() => {
      list.mockResolvedValue([record]);
      return Promise.resolve({ ...record, verified: unchecked });
    });
    renderDesk(<RecordTab scope={{ account: "1", session: "" }} />, { accounts });
    await userEvent.dblClick(await screen.findByTestId("publish"));
    expect(publish).toHaveBeenCalledTimes(1);
    expect(publish).toHaveBeenCalledWith({ title: "Paper", account: 1, show_amounts: false }, expect.any(String));
    const row = await screen.findByTestId("record-row");
    expect(within(row).getByTestId<HTMLInputElement>("record-address").value).toBe(`${window.location.origin}/r/k3JxP0aa`);
    await waitFor(() => expect(row.textContent).toContain("Verified"));
    expect(screen.queryByTestId("publish-form")).toBeNull();
  });

  it("publishes a session, and shows what the server objects to at its field", async () => {
    vi.spyOn(performance, "trackRecords").mockResolvedValue([record]);
    const publish = vi.spyOn(performance, "publish").mockRejectedValue(new ApiError(400, "invalid", "Not so.", { title: ["Too long."] }));
    renderDesk(<RecordTab scope={{ account: "1", session: "2" }} />, { accounts });
    await userEvent.click(await screen.findByTestId("field-show_amounts"));
    await userEvent.click(screen.getByTestId("publish"));
    expect(publish.mock.calls[0]?.[0]).toEqual({ title: "Paper · Razor", session: 2, show_amounts: true });
    expect(await screen.findByText("Too long.")).toBeTruthy();
    expect(screen.getByTestId("field-title").getAttribute("aria-invalid")).toBe("true");
  });

  it("copies the link, shows amounts, and takes the page back", async () => {
    const user = userEvent.setup();
    const list = vi.spyOn(performance, "trackRecords").mockResolvedValue([record]);
    const change = vi.spyOn(performance, "changeTrackRecord").mockImplementation((_, part) => {
      const changed = { ...record, ...part };
      list.mockResolvedValue([changed]);
      return Promise.resolve(changed);
    });
    renderDesk(<RecordTab scope={{ account: "1", session: "" }} />, { accounts });
    await user.click(await screen.findByTestId("record-copy"));
    expect(await screen.findByText("The link was copied.")).toBeTruthy();
    expect(await navigator.clipboard.readText()).toContain("/r/k3JxP0aa");
    await user.click(screen.getByTestId("record-amounts"));
    expect(await screen.findByText("With amounts")).toBeTruthy();
    await user.click(screen.getByTestId("record-unpublish"));
    expect(change).toHaveBeenCalledTimes(1);
    await user.click(screen.getByTestId("record-unpublish-confirm"));
    expect(await screen.findByText("Not public")).toBeTruthy();
    expect(change).toHaveBeenLastCalledWith(4, { is_published: false });
    expect(screen.queryByTestId("record-address")).toBeNull();
  });

  it("removes one for good", async () => {
    const list = vi.spyOn(performance, "trackRecords").mockResolvedValue([record]);
    const remove = vi.spyOn(performance, "removeTrackRecord").mockImplementation(() => {
      list.mockResolvedValue([]);
      return Promise.resolve(undefined);
    });
    renderDesk(<RecordTab scope={{ account: "1", session: "" }} />, { accounts });
    await userEvent.click(await screen.findByTestId("record-remove"));
    await userEvent.click(screen.getByTestId("record-remove-confirm"));
    expect(await screen.findByText("Nothing is published")).toBeTruthy();
    expect(remove).toHaveBeenCalledWith(4);
    expect(screen.getByTestId("publish-form")).toBeTruthy();
  });

  it("tells the owner which trades do not hold", async () => {
    const broken = { ...verified, ok: false, trades_ok: false, problem: "1 trade is not as the events tell." };
    const differences = [{ trade: 7, event: 12, what: "differs from what its event tells", fields: ["realized_pnl"] }];
    vi.spyOn(performance, "trackRecords").mockResolvedValue([{ ...record, verified: broken, differences }]);
    renderDesk(<RecordTab scope={{ account: "1", session: "" }} />, { accounts });
    const told = await screen.findByTestId("record-differences");
    expect(told.textContent).toContain("1 trade is not as the events tell.");
    expect(within(told).getByRole("link", { name: "Trade 7" }).getAttribute("href")).toBe("/trades/7");
  });

  it("lets a viewer look, and change nothing", async () => {
    vi.spyOn(performance, "trackRecords").mockResolvedValue([record]);
    renderDesk(
      <RoleContext value="viewer">
        <RecordTab scope={{ account: "1", session: "" }} />
      </RoleContext>,
      { accounts },
    );
    const amounts = await screen.findByTestId("record-amounts");
    expect(amounts.closest("fieldset")?.disabled).toBe(true);
  });
});

describe("the public page", () => {
  it("needs no login, asks nobody who they are, and is not for search engines", async () => {
    window.history.replaceState(null, "", "/r/k3JxP0aa");
    const me = vi.spyOn(api, "me");
    const ask = vi.spyOn(performance, "publicRecord").mockResolvedValue(publicRecord);
    const { unmount } = render(<App />);
    expect(await screen.findByRole("heading", { name: "Razor on the hour" })).toBeTruthy();
    expect(ask.mock.calls[0]?.[0]).toEqual({ slug: "k3JxP0aa", look: 0 });
    expect(me).not.toHaveBeenCalled();
    expect(document.title).toBe("Razor on the hour · Track record");
    expect(document.querySelector<HTMLMetaElement>('meta[name="robots"]')?.content).toContain("noindex");
    unmount();
    expect(document.querySelector('meta[name="robots"]')).toBeNull();
  });

  it("shows percents, what was verified, and no amount", async () => {
    vi.spyOn(performance, "publicRecord").mockResolvedValue(publicRecord);
    const { container } = render(<PublicRecordPage slug="k3JxP0aa" />);
    const badge = await screen.findByTestId("verified");
    expect(badge.dataset["ok"]).toBe("true");
    expect(badge.textContent).toContain("8 closed trades, told by a log of 1204 events");
    expect(badge.textContent).toContain("Checked 2026-01-12 10:00 UTC");
    expect(screen.getByTestId("figure-core.roi_percent").textContent).toBe("+1.24%");
    expect(screen.getByTestId("equity-chart").textContent).toContain("101.24");
    expect(screen.queryByTestId("figure-risk.cagr_percent")).toBeNull();
    expect(container.textContent).not.toMatch(/[$€£¥]|USD/);
    expect(screen.queryByTestId("public-trades")).toBeNull();
  });

  it("shows amounts and the latest trades where the owner does", async () => {
    vi.spyOn(performance, "publicRecord").mockResolvedValue(openRecord);
    render(<PublicRecordPage slug="x" />);
    expect((await screen.findByTestId("figure-core.total_pnl")).textContent).toBe("+$12.40");
    expect(screen.getByTestId("public-trade").textContent).toContain("+$9.50");
  });

  it("says where the record does not stand", async () => {
    const broken = { ...verified, ok: false, chain_ok: false, problem: "The log of events does not hold from event 7 on." };
    vi.spyOn(performance, "publicRecord").mockResolvedValue({ ...publicRecord, verified: broken });
    render(<PublicRecordPage slug="x" />);
    const badge = await screen.findByTestId("verified");
    expect(badge.textContent).toContain("Not verified");
    expect(badge.textContent).toContain("from event 7 on");
  });

  it("waits for the first check", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const ask = vi.spyOn(performance, "publicRecord").mockResolvedValue({ ...publicRecord, verified: unchecked, figures: null });
    render(<PublicRecordPage slug="x" />);
    expect((await screen.findByTestId("verified")).textContent).toContain("Being verified");
    ask.mockResolvedValue(publicRecord);
    await vi.advanceTimersByTimeAsync(3100);
    expect(await screen.findByTestId("figure-core.roi_percent")).toBeTruthy();
    expect(ask.mock.lastCall?.[0]).toEqual({ slug: "x", look: 1 });
  });

  it("tells a link that leads nowhere from a server that does not answer", async () => {
    const ask = vi.spyOn(performance, "publicRecord").mockRejectedValueOnce(new ApiError(500, "error", "Broken."));
    render(<PublicRecordPage slug="x" />);
    expect((await screen.findByRole("alert")).textContent).toContain("Broken.");
    ask.mockRejectedValueOnce(new ApiError(404, "not_found", "Not found."));
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("There is no such track record")).toBeTruthy();
  });
});

describe("the rules behind", () => {
  it("stretch to a year only what is one", () => {
    if (publicRecord.figures === null) throw new Error("Figures are needed.");
    const year = { ...publicRecord.figures, activity: { first_trade: "2025-01-01T00:00:00Z", last_trade: "2026-01-01T00:00:00Z" } };
    const labels = (figures: typeof year) => publicCards(figures, undefined).map((card) => card.label);
    expect(labels(year)[0]).toBe("Return a year");
    expect(labels(publicRecord.figures as typeof year)).not.toContain("Return a year");
  });

  it("know an address of a record from one of the dashboard", () => {
    expect([slugOf("/r/abc"), slugOf("/r/a%20b/"), slugOf("/r/%"), slugOf("/r/"), slugOf("/r/a/b"), slugOf("/")]).toEqual(["abc", "a b", "%", null, null, null]);
  });

  it("say what was checked in words", () => {
    expect(verifiedSaid(unchecked)).toContain("It takes a moment");
    expect(verifiedSaid({ ...verified, ok: false })).toBe("Held against the log of events, the results of 8 closed trades do not stand.");
  });
});
