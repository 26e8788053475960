// Usage: node control_center.mjs URL PASSWORD CHROMIUM
import { strict as assert } from "node:assert";
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../dashboard/package.json", import.meta.url))("playwright-core");
const [url, password, executablePath] = process.argv.slice(2);
const args = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const step = (text) => console.log(text);
const browser = await chromium.launch({ executablePath, args });
const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
const page = await context.newPage();
page.setDefaultTimeout(90_000);
const problems = [];
page.on("pageerror", (error) => problems.push(error.message));
const at = (id) => page.getByTestId(id);
const card = (name, status) =>
  page.locator(`[data-testid=session-card][aria-label="${name}"]${status ? `[data-status=${status}]` : ""}`);
const field = (name) => page.locator(`[data-testid="field-${name}"]`);
const noOverflow = async (what) => {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `${what} is ${overflow} px wider than the phone`);
};

try {
  step("log in");
  await page.goto(url);
  await at("login-username").fill("demo");
  await at("login-password").fill(password);
  await at("login-submit").click();
  await at("account-balance").waitFor();

  step("every session has a card with its limits");
  await at("nav-sessions").click();
  await card("Razor").getByTestId("gauge").first().waitFor();
  assert.match(await card("Razor").getByTestId("session-schedule").textContent(), /Around the clock.*Open now/);

  step("a new one is refused at its nested fields, then made");
  await at("session-new-here").first().click();
  await field("name").fill("Made by hand");
  await at("strategy-add").selectOption("razor");
  await field("strategies.0.params.fast").fill("99");
  await field("risk.daily_loss_percent").fill("500");
  await field("schedule.time_zone").fill("Mars/Olympus");
  await at("editor-save").click();
  for (const name of ["strategies.0.params.fast", "risk.daily_loss_percent", "schedule.time_zone"]) {
    await page.locator(`[data-testid="field-${name}"][aria-invalid=true]`).waitFor();
  }
  await field("strategies.0.params.fast").fill("8");
  await field("risk.daily_loss_percent").fill("5");
  await field("schedule.time_zone").fill("America/New_York");
  await field("schedule.calendar").fill("xnys");
  await at("editor-save").click();
  await card("Made by hand").getByTestId("session-open").waitFor();
  assert.match(await card("Made by hand").getByTestId("session-schedule").textContent(), /Hours of the XNYS calendar/);

  step("it is started, changed into a second version, and paused");
  await card("Made by hand").getByTestId("session-start").click();
  await card("Made by hand", "RUNNING").waitFor();
  await card("Made by hand").getByTestId("session-edit").click();
  await field("risk.max_open_trades").fill("2");
  await at("editor-save").click();
  await at("version").nth(1).waitFor();
  await at("nav-sessions").click();
  await card("Made by hand").getByTestId("session-pause").click();
  await card("Made by hand", "PAUSED").waitFor();

  step("every gate of a decision is shown, and why it did not trade");
  await card("Razor").getByTestId("session-decisions").click();
  await at("decision-row").first().waitFor();
  assert.ok(new URL(page.url()).searchParams.get("session"));
  await at("decision-row").first().getByRole("button").click();
  await at("gate-row").nth(30).waitFor();
  await at("decision-plan").waitFor();

  step("the kill switch stops everything, on every page and in every window");
  const other = await context.newPage();
  await other.goto(url);
  await other.getByTestId("account-balance").waitFor();
  await at("kill-switch").click();
  await field("reason").fill("Drill");
  await field("close_positions").click();
  await at("kill-confirm").click();
  await at("kill-banner").waitFor();
  await other.getByTestId("kill-banner").waitFor();
  assert.match(await at("kill-facts").textContent(), /by demo: “Drill”/);
  await page.locator("[data-testid=kill-done]", { hasText: "all positions closed" }).waitFor();
  await at("nav-sessions").click();
  await card("Made by hand").getByTestId("session-resume").click();
  await card("Made by hand").getByRole("alert").waitFor();
  assert.match(await card("Made by hand").getByRole("alert").textContent(), /kill switch is engaged/i);

  step("on a phone, too");
  await page.setViewportSize({ width: 390, height: 844 });
  await noOverflow("the control center");
  await at("tab-more").click();
  await at("tab-decisions").click();
  await at("decision-row").first().waitFor();
  await noOverflow("the decision explorer");
  await page.setViewportSize({ width: 1440, height: 1000 });

  step("it holds over a reload, and is lifted by hand");
  await page.reload();
  await at("kill-lift").click();
  await at("lift-confirm").click();
  await at("kill-banner").waitFor({ state: "detached" });
  await other.getByTestId("kill-banner").waitFor({ state: "detached" });

  assert.deepEqual(problems, [], "no script error on the page");
} finally {
  await browser.close();
}
