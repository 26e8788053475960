// Usage: node first_minutes.mjs URL PASSWORD CHROMIUM
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
const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
page.setDefaultTimeout(90_000);
const problems = [];
page.on("pageerror", (error) => problems.push(error.message));
const at = (id) => page.getByTestId(id);

try {
  step("a wrong password is refused");
  await page.goto(url);
  await at("login-username").fill("demo");
  await at("login-password").fill("wrong");
  await at("login-submit").click();
  await page.getByRole("alert").waitFor();

  step("log in");
  await at("login-password").fill(password);
  await at("login-submit").click();
  await at("account-balance").waitFor();
  await page.locator("[data-testid=connection-state]", { hasText: "Live" }).waitFor();

  step("prices move without a reload");
  const price = at("last-price").first();
  const before = await price.textContent();
  await page.waitForFunction(([id, old]) => document.querySelector(`[data-testid=${id}]`)?.textContent !== old, ["last-price", before]);

  step("a signal shows why it was traded or not");
  const signal = at("signal-row").first();
  await signal.waitFor();
  await signal.locator("summary, button").first().click();
  await at("decision-gates").first().waitFor();

  step("a trade opens live");
  await at("position-row").first().waitFor();

  step("two quick clicks close it once");
  const sent = [];
  page.on("request", (request) => request.url().includes("/close/") && sent.push(request));
  // One that its own stop or target closes first is nobody's click: the next one is tried.
  for (let tries = 0; sent.length === 0 && tries < 5; tries += 1) {
    const row = at("position-row").first();
    const trade = await row.getAttribute("data-trade-id");
    const open = page.locator(`[data-testid=position-row][data-trade-id="${trade}"]`);
    await row.getByTestId("close-trade").click({ timeout: 5000 }).catch(() => undefined);
    await open.getByTestId("confirm-close").dblclick({ timeout: 5000 }).catch(() => undefined);
    if (sent.length > 0 || (await open.count()) === 0) await open.waitFor({ state: "detached" });
  }
  assert.equal(sent.length, 1, "one request for two clicks");
  assert.ok((await sent[0].allHeaders())["idempotency-key"], "it carries an Idempotency-Key");
  await at("history-row").first().waitFor();

  step("a trade closes by itself");
  const rows = await at("history-row").count();
  await page.waitForFunction((count) => document.querySelectorAll("[data-testid=history-row]").length > count, rows);

  step("auto-trading can be switched off");
  await at("auto-trading-switch").click();
  await page.locator('[data-testid=auto-trading-switch][aria-checked="false"]').waitFor();

  step("the server's word on a wrong setting stands at its field");
  await page.locator('[name="min_signal_confidence"]').fill("7");
  await at("settings-save").click();
  await at("settings-panel").getByRole("alert").first().waitFor();

  step("the account starts over");
  await at("reset-account").click();
  await at("reset-confirm").click();
  await page.locator("[data-testid=account-balance]", { hasText: "$1,000.00" }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll("[data-testid=position-row]").length === 0);

  step("a phone shows it too");
  await page.setViewportSize({ width: 390, height: 844 });
  await at("account-balance").waitFor();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `the page is ${overflow} px wider than the phone`);

  assert.deepEqual(problems, [], "no script error on the page");
} finally {
  await browser.close();
}
