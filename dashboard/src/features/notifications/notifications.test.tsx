import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Channel, TestResult } from "../../api/alertTypes";
import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import { NotificationsPage } from "../../pages/NotificationsPage";
import { RoleContext } from "../../state/rights";
import { bot, channel, noBot } from "../../test/alertSamples";
import { renderDesk } from "../../test/render";
import { channelDraft, channelRequest, rulesSaid } from "./channel";
import { fitting } from "./Services";

const services = [
  { name: "Discord", schemes: ["discord"], docs: "https://appriseit.com/services/discord/" },
  { name: "Zulip", schemes: ["zulip"], docs: "https://appriseit.com/services/zulip/" },
];
const field = (name: string) => screen.getByTestId<HTMLInputElement>(`field-${name}`);
const button = (name: string) => screen.getByTestId<HTMLButtonElement>(name);

function page(channels: Channel[] = [channel], telegram = noBot) {
  const look = vi.spyOn(api, "channels").mockResolvedValue(channels);
  vi.spyOn(api, "telegram").mockResolvedValue(telegram);
  return { look, ...renderDesk(<NotificationsPage />) };
}

beforeEach(() => {
  vi.spyOn(api, "notificationServices").mockResolvedValue({ services, kinds: [], severities: [] });
});
afterEach(() => vi.useRealTimers());

describe("channels", () => {
  it("say where they lead, by which rules, and what became of the last message", async () => {
    page();
    const row = within(await screen.findByTestId("channel-row"));
    expect(row.getByText("discord")).toBeTruthy();
    expect(row.getByTestId("channel-rules").textContent).toBe("Warnings and worse, of halted · quiet 22:00–07:00 Europe/Berlin");
    expect(row.getByTestId("channel-delivery").textContent).toMatch(/^Last: Failed .* ago\. The service did not accept the message\.$/);
  });

  it("are added with a key, with an address that is masked", async () => {
    const add = vi.spyOn(api, "addChannel").mockResolvedValue(channel);
    const { look } = page([]);
    await screen.findByText("No channel yet");
    await userEvent.click(button("channel-new"));
    expect(field("url").type).toBe("password");
    expect(button("channel-save").disabled).toBe(true);
    await userEvent.type(field("label"), "Desk");
    await userEvent.type(field("url"), "discord://id/token");
    await userEvent.click(screen.getByRole("checkbox", { name: "Halted" }));
    await userEvent.click(field("quiet"));
    await userEvent.dblClick(button("channel-save"));
    expect(add).toHaveBeenCalledOnce();
    expect(add.mock.calls[0]).toEqual([
      {
        label: "Desk",
        url: "discord://id/token",
        min_severity: "WARNING",
        kinds: ["HALTED"],
        quiet_from: "22:00",
        quiet_until: "07:00",
        time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      },
      expect.any(String),
    ]);
    await waitFor(() => expect(screen.queryByTestId("channel-dialog")).toBeNull());
    expect(look).toHaveBeenCalledTimes(2);
  });

  it("are changed without their address, unless one is typed", async () => {
    const change = vi.spyOn(api, "changeChannel").mockResolvedValue(channel);
    page();
    await userEvent.click(await screen.findByTestId("channel-edit"));
    expect(field("url").value).toBe("");
    await userEvent.selectOptions(field("min_severity"), "CRITICAL");
    await userEvent.click(field("quiet"));
    await userEvent.click(button("channel-save"));
    expect(change.mock.calls[0]?.[1]).toMatchObject({ min_severity: "CRITICAL", quiet_from: null, quiet_until: null });
    expect(change.mock.calls[0]?.[1]).not.toHaveProperty("url");
    expect(channelRequest({ ...channelDraft(channel), url: " json://x " }).url).toBe("json://x");
  });

  it("have the server's objections at their fields", async () => {
    const fields = { url: ["This is no address of a service that Signalist can send to."], time_zone: ["There is no such time zone."] };
    vi.spyOn(api, "changeChannel").mockRejectedValue(new ApiError(400, "invalid", "Invalid.", fields));
    page();
    await userEvent.click(await screen.findByTestId("channel-edit"));
    await userEvent.click(button("channel-save"));
    expect(await screen.findByText("There is no such time zone.")).toBeTruthy();
    expect(field("url").getAttribute("aria-invalid")).toBe("true");
    expect(document.activeElement).toBe(field("url"));
    expect(screen.queryByTestId("channel-form-problem")).toBeNull();
  });

  it("are tried out, once, with the result in sight", async () => {
    let answer: (value: TestResult) => void = () => undefined;
    const test = vi.spyOn(api, "testChannel").mockReturnValue(new Promise((resolve) => (answer = resolve)));
    page();
    await userEvent.dblClick(await screen.findByTestId("channel-test"));
    expect(test.mock.calls).toEqual([[3]]);
    expect(button("channel-test").disabled).toBe(true);
    act(() => answer({ delivered: false, error: "401 Unauthorized" }));
    await waitFor(() => expect(screen.getByTestId("channel-told").textContent).toBe("401 Unauthorized"));
    test.mockResolvedValue({ delivered: true, error: "" });
    await userEvent.click(button("channel-test"));
    await waitFor(() => expect(screen.getByTestId("channel-told").textContent).toBe("The test message was delivered."));
  });

  it("are switched off, and removed after a second look", async () => {
    const change = vi.spyOn(api, "changeChannel").mockResolvedValue({ ...channel, is_enabled: false });
    const remove = vi.spyOn(api, "removeChannel").mockResolvedValue(undefined);
    const { look } = page();
    await userEvent.click(await screen.findByTestId("channel-enabled"));
    expect(change.mock.calls).toEqual([[3, { is_enabled: false }]]);
    await userEvent.click(button("channel-remove"));
    expect(remove).not.toHaveBeenCalled();
    look.mockResolvedValue([]);
    await userEvent.click(screen.getByTestId("channel-remove-confirm"));
    expect(await screen.findByText("No channel yet")).toBeTruthy();
  });

  it("are not a viewer's to change", async () => {
    vi.spyOn(api, "channels").mockResolvedValue([channel]);
    vi.spyOn(api, "telegram").mockResolvedValue(bot);
    renderDesk(
      <RoleContext value="viewer">
        <NotificationsPage />
      </RoleContext>,
    );
    await screen.findByTestId("channel-row");
    await screen.findByTestId("telegram-link");
    for (const name of ["channel-new", "channel-test", "channel-edit", "telegram-link"]) expect(button(name).matches(":disabled"), name).toBe(true);
  });

  it("say their rules in one line", () => {
    expect(rulesSaid({ ...channel, kinds: [], quiet_from: null, min_severity: "INFO" })).toBe("Everything");
  });
});

describe("services", () => {
  it("are found by name or scheme, each with its description", async () => {
    page();
    const list = within(await screen.findByTestId("services"));
    expect(list.getAllByRole("link").map((link) => link.textContent)).toEqual(["Discord"]);
    await userEvent.type(screen.getByTestId("service-search"), "zul");
    expect(list.getByRole("link").getAttribute("href")).toBe("https://appriseit.com/services/zulip/");
    expect(fitting(services, "nothing")).toEqual([]);
  });
});

describe("Telegram", () => {
  it("takes a token, masked, and says how to link a chat", async () => {
    const set = vi.spyOn(api, "setTelegram").mockResolvedValue(bot);
    page();
    await userEvent.type(await screen.findByTestId("field-token"), " 123:abc ");
    expect(field("token").type).toBe("password");
    await userEvent.click(button("telegram-save"));
    expect(set.mock.calls).toEqual([["123:abc"]]);
    expect((await screen.findByTestId("telegram-code")).textContent).toContain("Send /start ABCD234567 to @desk_bot.");
    expect(screen.getByTestId("telegram-linked").textContent).toBe("No chat linked");
    expect(screen.queryByTestId("field-token")).toBeNull();
  });

  it("has the objection to a token at its field, and says when Telegram cannot be reached", async () => {
    const set = vi.spyOn(api, "setTelegram").mockRejectedValueOnce(new ApiError(400, "invalid", "Invalid.", { token: ["Telegram refuses this token."] }));
    set.mockRejectedValue(new ApiError(503, "telegram_unreachable", "Telegram does not answer."));
    page();
    await userEvent.type(await screen.findByTestId("field-token"), "123:abc");
    await userEvent.click(button("telegram-save"));
    expect(await screen.findByText("Telegram refuses this token.")).toBeTruthy();
    await userEvent.click(button("telegram-save"));
    expect(await screen.findByText("Telegram does not answer.")).toBeTruthy();
  });

  it("notices that the code was sent", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    page([], bot);
    await screen.findByTestId("telegram-code");
    vi.spyOn(api, "telegram").mockResolvedValue({ ...bot, linked: true, link_code: null, link_url: null });
    await act(() => vi.advanceTimersByTimeAsync(3100));
    expect(screen.getByTestId("telegram-linked").textContent).toBe("Chat linked");
    expect(screen.queryByTestId("telegram-code")).toBeNull();
  });

  it("is switched, linked anew and forgotten", async () => {
    const linked = { ...bot, linked: true, link_code: null, link_url: null, ignored: 2, error: "Another program reads this bot." };
    const flip = vi.spyOn(api, "switchTelegram").mockResolvedValue({ ...linked, is_enabled: false });
    const link = vi.spyOn(api, "linkTelegram").mockResolvedValue({ ...linked, link_code: "NEWCODE234" });
    const remove = vi.spyOn(api, "removeTelegram").mockResolvedValue(undefined);
    page([], linked);
    expect((await screen.findByTestId("telegram-error")).textContent).toBe("Another program reads this bot.");
    expect(screen.getByTestId("telegram-ignored").textContent).toContain("2 messages from chats that are not linked were ignored.");
    await userEvent.click(field("telegram"));
    expect(flip.mock.calls).toEqual([[false]]);
    await userEvent.click(button("telegram-link"));
    expect((await screen.findByTestId("telegram-code")).textContent).toContain("NEWCODE234");
    expect(link).toHaveBeenCalledOnce();
    vi.spyOn(api, "telegram").mockResolvedValue(noBot);
    await userEvent.click(button("telegram-remove"));
    await userEvent.click(screen.getByTestId("telegram-remove-confirm"));
    expect(await screen.findByTestId("field-token")).toBeTruthy();
    expect(remove).toHaveBeenCalledOnce();
  });
});
