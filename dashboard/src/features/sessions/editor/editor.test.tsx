import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { api } from "../../../api/client";
import { ApiError } from "../../../api/http";
import type { Session, Strategy } from "../../../api/sessionTypes";
import { SessionsPage } from "../../../pages/SessionsPage";
import { RoleContext } from "../../../state/rights";
import { liveAccount } from "../../../test/brokerSamples";
import { renderDesk } from "../../../test/render";
import { account } from "../../../test/samples";
import { session } from "../../../test/sessionSamples";
import { blamed } from "./Strategies";

const number = (usual: number, minimum: number, maximum: number, description: string) =>
  ({ type: "integer", default: usual, minimum, maximum, description }) as const;
const razor: Strategy = {
  name: "razor",
  title: "Razor",
  description: "Fires when four checkpoints are met.",
  parameters: { properties: { fast: number(9, 2, 200, "Bars of the fast EMA."), slow: number(21, 3, 500, "Bars of the slow EMA.") } },
};
const trend: Strategy = { ...razor, name: "trend", title: "Trend", parameters: { properties: {} } };
const example = { long: { left: "close", is: ">", right: "open" } };
const rules: Strategy = {
  ...razor,
  name: "rules",
  title: "Rules in JSON",
  parameters: { properties: { rules: { type: "object", default: example, description: "Conditions." } } },
};
const symbols = [{ venue: "sim", symbol: "SIM-JUMP", market_type: "FUTURES", tick_size: 0.1, last: 1, change_percent: 0 }];
const accounts = [
  { ...account, sessions: [session, { ...session, id: 5, name: "Twin", shadow_of: 2 }] },
  { ...liveAccount, broker: "deriv", sessions: [] },
];

const field = (name: string) => screen.getByTestId<HTMLInputElement>(`field-${name}`);
const save = () => screen.getByTestId<HTMLButtonElement>("editor-save");
const type = (name: string, text: string) => fireEvent.change(field(name), { target: { value: text } });

function open(part: string, search = "") {
  window.history.replaceState(null, "", `/sessions/${part}${search}`);
  return renderDesk(<SessionsPage part={part} />, { accounts, symbols });
}

beforeEach(() => {
  vi.spyOn(api, "strategies").mockResolvedValue([razor, trend, rules]);
  vi.spyOn(api, "algorithms").mockResolvedValue([]);
});
afterEach(() => window.history.replaceState(null, "", "/"));

describe("editing a session", () => {
  it("sends what was changed, whole objects of it, and nothing else", async () => {
    const send = vi.spyOn(api, "changeSession").mockImplementation(async (_, body) => ({ ...session, ...body }) as Session);
    const { controller } = open("2");
    expect(save().disabled).toBe(true);
    type("risk.daily_loss_percent", "2.5");
    type("risk.max_open_trades", "3");
    await userEvent.selectOptions(field("sizing.method"), "RISK");
    expect(screen.getByTestId("sizing-formula").textContent).toContain("the loss of one unit at the stop");
    type("sizing.percent", "0.5");
    await userEvent.dblClick(save());
    expect(send.mock.calls).toEqual([
      [2, { risk: { daily_loss_percent: 2.5, max_open_trades: 3 }, sizing: { method: "RISK", percent: 0.5 } }],
    ]);
    await waitFor(() => expect(save().disabled).toBe(true));
    expect(controller.store.get().accounts[0]?.sessions?.[0]?.risk).toEqual({ daily_loss_percent: 2.5, max_open_trades: 3 });
  });

  it("shows the server's objections at their nested fields, and goes to the first", async () => {
    const fields = {
      "risk.daily_loss_percent": ["Ensure this value is less than or equal to 100."],
      "strategies.0.params": ["fast: must be shorter than slow (21), not 99"],
      "schedule.time_zone": ["There is no such time zone."],
      something: ["Odd."],
    };
    vi.spyOn(api, "changeSession").mockRejectedValue(new ApiError(400, "invalid", "Invalid.", fields));
    open("2");
    await screen.findByTestId("strategy-add");
    type("risk.daily_loss_percent", "500");
    await userEvent.click(save());
    await waitFor(() => expect(field("risk.daily_loss_percent").getAttribute("aria-invalid")).toBe("true"));
    const told = (name: string) => document.getElementById(field(name).getAttribute("aria-describedby")?.split(" ").at(-1) ?? "")?.textContent;
    expect(told("risk.daily_loss_percent")).toContain("less than or equal to 100");
    expect(told("strategies.0.params.fast")).toBe("must be shorter than slow (21), not 99");
    expect(told("schedule.time_zone")).toContain("no such time zone");
    expect(screen.getByTestId("editor-problem").textContent).toBe("something: Odd.");
    expect(document.activeElement).toBe(field("strategies.0.params.fast"));
    expect(field("risk.daily_loss_percent").value).toBe("500");
    type("risk.daily_loss_percent", "5");
    expect(screen.queryByTestId("editor-problem")).toBeNull();
  });

  it("takes a strategy told in JSON, and says at once what is none", async () => {
    const send = vi.spyOn(api, "changeSession").mockResolvedValue(session);
    open("2");
    await userEvent.selectOptions(await screen.findByTestId("strategy-add"), "rules");
    const name = "strategies.1.params.rules";
    expect(JSON.parse(field(name).value)).toEqual(example);
    type(name, '{"long": ');
    expect(screen.getByText(/This is no JSON yet/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Indent" })).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Begin with the example" }));
    expect(JSON.parse(field(name).value)).toEqual(example);
    type(name, '{"short": {"left": "close", "is": "<", "right": 5}}');
    expect(screen.queryByText(/This is no JSON yet/)).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Indent" }));
    expect(field(name).value.split("\n").length).toBe(7);
    await userEvent.click(save());
    const told = { name: "rules", params: { rules: { short: { left: "close", is: "<", right: 5 } } } };
    expect(send.mock.calls[0]?.[1].strategies?.[1]).toEqual(told);
  });

  it("adds strategies with the parameters of their schema, and takes them out", async () => {
    const send = vi.spyOn(api, "changeSession").mockResolvedValue(session);
    open("2");
    await userEvent.selectOptions(await screen.findByTestId("strategy-add"), "razor");
    expect(screen.getAllByTestId("strategy")).toHaveLength(2);
    expect(field("strategies.1.params.slow").placeholder).toBe("21");
    expect(screen.getAllByText("Bars of the slow EMA. From 3 to 500.")).toHaveLength(2);
    type("strategies.1.params.slow", "50");
    await userEvent.click(within(screen.getAllByTestId("strategy")[0] as HTMLElement).getByLabelText("Remove Razor"));
    await userEvent.click(save());
    expect(send.mock.calls[0]?.[1]).toEqual({ strategies: [{ name: "razor", params: { slow: 50 } }] });
  });

  it("says a schedule in words while it is made", async () => {
    const send = vi.spyOn(api, "changeSession").mockResolvedValue(session);
    open("2");
    expect(screen.getByTestId("schedule-said").textContent).toBe("Around the clock");
    for (const day of ["Fri", "Mon"]) await userEvent.click(screen.getByLabelText(day));
    type("schedule.start", "09:30");
    type("schedule.end", "16:00");
    type("schedule.calendar", "xnys");
    await userEvent.click(screen.getByTestId("blackout-add"));
    type("schedule.blackouts.0.start", "2026-03-01T12:00");
    type("schedule.blackouts.0.reason", "News");
    expect(screen.getByTestId("schedule-said").textContent).toBe("Mon, Fri 09:30–16:00 UTC, xnys calendar, 1 blackout");
    await userEvent.click(save());
    expect(send.mock.calls[0]?.[1]).toEqual({
      schedule: {
        time_zone: "UTC",
        days: [0, 4],
        start: "09:30",
        end: "16:00",
        calendar: "XNYS",
        blackouts: [{ start: new Date("2026-03-01T12:00").toISOString(), end: "", reason: "News" }],
      },
    });
  });

  it("makes an exit plan of its parts", async () => {
    const send = vi.spyOn(api, "changeSession").mockResolvedValue(session);
    open("2");
    await userEvent.click(field("trailing"));
    await userEvent.selectOptions(field("exit_plan.trailing.kind"), "ATR");
    type("exit_plan.trailing.value", "3");
    await userEvent.click(field("break_even"));
    await userEvent.click(screen.getByTestId("target-add"));
    type("exit_plan.targets.0.percent", "1.5");
    type("exit_plan.targets.0.portion", "0.5");
    expect(screen.getByText("Together 50%; the rest is left to the stop.")).toBeTruthy();
    type("exit_plan.time_exit_minutes", "90");
    await userEvent.click(save());
    expect(send.mock.calls[0]?.[1]).toEqual({
      exit_plan: {
        trailing: { kind: "ATR", value: 3, activation_percent: 0, step_percent: 10, atr_period: 14 },
        break_even: { trigger_percent: 1, offset_percent: 0 },
        targets: [{ percent: 1.5, portion: 0.5 }],
        time_exit_minutes: 90,
      },
    });
  });

  it("can be taken back", async () => {
    open("2");
    type("name", "Other");
    await userEvent.click(screen.getByText("Discard"));
    expect(field("name").value).toBe("Razor");
    expect(save().disabled).toBe(true);
  });

  it("lists every version, with what changed in each", async () => {
    const config = { risk: { max_stake: 5 }, symbols: [] };
    vi.spyOn(api, "algorithms").mockResolvedValue([
      { version: 2, config: { ...config, risk: {} }, created_at: "2026-01-05T10:00:00Z", created_by: "demo" },
      { version: 1, config, created_at: "2026-01-04T10:00:00Z", created_by: null },
    ]);
    open("2");
    const [second, first] = await screen.findAllByTestId("version");
    expect(second?.textContent).toContain("Version 2Risk");
    expect(second?.textContent).toContain("demo");
    expect(first?.textContent).toContain("The first");
  });

  it("is not for a paper twin, nor for a viewer", async () => {
    const { unmount } = open("5");
    expect(screen.getByTestId("twin-note").querySelector("a")?.getAttribute("href")).toBe("/sessions/2");
    expect(field("name").matches(":disabled")).toBe(true);
    unmount();
    renderDesk(
      <RoleContext value="viewer">
        <SessionsPage part="2" />
      </RoleContext>,
      { accounts, symbols },
    );
    expect(field("name").matches(":disabled")).toBe(true);
    expect(save().matches(":disabled")).toBe(true);
  });

  it("knows when there is no such session", () => {
    open("77");
    expect(screen.getByText("There is no such session")).toBeTruthy();
  });
});

describe("a new session", () => {
  it("is made once for two clicks, for the account that was asked for, at its own market", async () => {
    const create = vi.spyOn(api, "createSession").mockResolvedValue({ ...session, id: 12, account: 3, status: "STOPPED", name: "Mine" });
    const { controller } = open("new", "?account=3");
    expect(screen.getByText("Deribit main")).toBeTruthy();
    expect(screen.queryByTestId("field-venue")).toBeNull();
    await userEvent.type(field("name"), "Mine");
    await userEvent.type(field("symbols"), "R_100, R_50 R_100");
    await userEvent.selectOptions(field("contract.kind"), "RISE_FALL");
    await userEvent.dblClick(save());
    expect(create).toHaveBeenCalledOnce();
    const [body, key] = create.mock.calls[0] ?? [];
    expect(key).toEqual(expect.any(String));
    expect(body).toMatchObject({
      account: 3,
      name: "Mine",
      symbols: ["R_100", "R_50"],
      risk: { max_drawdown_percent: 20, max_consecutive_losses: 5, cool_down_minutes: 30 },
      contract: { kind: "RISE_FALL", duration: 5, duration_unit: "m" },
    });
    expect(body).not.toHaveProperty("venue");
    await waitFor(() => expect(window.location.pathname).toBe("/sessions"));
    expect(controller.store.get().accounts[1]?.sessions?.map((item) => item.id)).toEqual([12]);
  });

  it("begins with the market of the account's sessions", async () => {
    open("new", "?account=1");
    expect(field("venue").value).toBe("sim");
    expect(field("timeframe").value).toBe("5s");
    expect(await screen.findByText(/None of its own/)).toBeTruthy();
  });
});

describe("what the server blames on a strategy", () => {
  it("is told at the parameter that it names", () => {
    const errors = { "strategies.0.params": ["fast: too long", "x: unknown"], "strategies.1.name": ["No such."] };
    expect(blamed(errors, "strategies.0", ["fast"])).toEqual({ fast: ["too long"], "": ["x: unknown"] });
    expect(blamed(errors, "strategies.1", ["fast"])).toEqual({ "": ["No such."] });
  });
});
