import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import { useDash } from "../../state/context";
import { renderDesk } from "../../test/render";
import { account } from "../../test/samples";
import { changesOf } from "./fields";
import { ResetAccount } from "./ResetAccount";
import { SettingsPanel } from "./SettingsPanel";

function Panel() {
  const current = useDash((state) => state.account);
  return current && <SettingsPanel account={current} />;
}

const field = (name: string) => screen.getByTestId<HTMLInputElement>(`field-${name}`);
const save = () => screen.getByTestId<HTMLButtonElement>("settings-save");

describe("the settings panel", () => {
  it("sends what was changed, and nothing else", async () => {
    const update = vi.spyOn(api, "changeAccount").mockResolvedValue({ ...account, min_signal_confidence: "0.8500" });
    renderDesk(<Panel />);
    expect(field("min_signal_confidence").value).toBe("0.7");
    expect(save().disabled).toBe(true);
    await userEvent.clear(field("min_signal_confidence"));
    await userEvent.type(field("min_signal_confidence"), "0.85");
    await userEvent.click(save());
    expect(update).toHaveBeenCalledWith(1, { min_signal_confidence: "0.85" });
    await waitFor(() => expect(field("min_signal_confidence").value).toBe("0.85"));
    expect(save().disabled).toBe(true);
  });

  it("shows the server's objection at its field, and keeps the entry", async () => {
    const fields = { max_open_trades: ["Ensure this value is greater than or equal to 1."] };
    vi.spyOn(api, "changeAccount").mockRejectedValue(new ApiError(400, "invalid", "Invalid.", fields));
    renderDesk(<Panel />);
    await userEvent.clear(field("max_open_trades"));
    await userEvent.type(field("max_open_trades"), "0");
    await userEvent.click(save());
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("greater than or equal to 1");
    expect(field("max_open_trades").getAttribute("aria-invalid")).toBe("true");
    expect(field("max_open_trades").value).toBe("0");
  });

  it("follows the server where nothing is being edited", async () => {
    const { controller } = renderDesk(<Panel />);
    await userEvent.clear(field("max_open_trades"));
    await userEvent.type(field("max_open_trades"), "9");
    const changed = { ...account, max_open_trades: 3, max_position_size: "0.2500", auto_trading_enabled: false };
    act(() => controller.store.dispatch({ type: "account", account: changed }));
    await waitFor(() => expect(field("max_position_size").value).toBe("0.25"));
    expect(field("auto_trading_enabled").checked).toBe(false);
    expect(field("max_open_trades").value).toBe("9");
  });

  it("tells a change from an entry that comes to the same", () => {
    expect(changesOf(account, { min_signal_confidence: "0.7", auto_trade_spot: true })).toEqual({});
    expect(changesOf(account, { auto_trade_spot: false, max_open_trades: "6" })).toEqual({
      auto_trade_spot: false,
      max_open_trades: "6",
    });
  });
});

describe("resetting the account", () => {
  it("asks first, takes a new balance, and sends one request", async () => {
    const reset = vi.spyOn(api, "reset").mockResolvedValue({} as never);
    renderDesk(<ResetAccount account={account} />);
    await userEvent.click(screen.getByTestId("reset-account"));
    const confirm = screen.getByTestId<HTMLButtonElement>("reset-confirm");
    expect(reset).not.toHaveBeenCalled();
    await userEvent.type(field("initial_balance"), "2500");
    await userEvent.dblClick(confirm);
    expect(reset).toHaveBeenCalledOnce();
    expect(reset.mock.calls[0]?.slice(0, 2)).toEqual([1, { initial_balance: "2500" }]);
  });
});
