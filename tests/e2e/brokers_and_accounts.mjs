// Usage: node brokers_and_accounts.mjs URL PASSWORD CHROMIUM, with the simulator in the brokers' place
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
page.setDefaultTimeout(30_000);
const problems = [];
page.on("pageerror", (error) => problems.push(error.message));
const at = (id) => page.getByTestId(id);
const card = (mode) => page.locator(`[data-testid=account-card][data-mode=${mode}]`);
const noOverflow = async (what) => {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `${what} is ${overflow} px wider than the screen`);
};

async function fillKeys(key, secret) {
  await at("field-credentials.api_key").fill(key);
  await at("field-credentials.api_secret").fill(secret);
}

/** Test and save Deribit's keys for an environment, then open an account with them from there. */
async function connectAndOpen(environment, mode, name, symbols = "") {
  await page.goto(`${url}/brokers/deribit`);
  await at(`environment-${environment}`).click();
  await fillKeys(environment === "live" ? "sim-key-2" : "sim-key-1", environment === "live" ? "sim-secret-2" : "sim-secret-1");
  await at("connect-test").click();
  await at("test-result").waitFor();
  assert.match(await at("test-result").textContent(), /USDC|BTC/);
  await at("field-label").fill(`${name} keys`);
  await at("connect-save").click();
  await at("credential-saved").waitFor();
  assert.equal(await at("field-credentials.api_secret").inputValue(), "", "the secret is gone from the page");
  await at("credential-saved").getByRole("link").click();
  await at("field-name").fill(name);
  await at("field-symbols").fill(symbols);
  await at("create-submit").click();
  await card(mode).waitFor();
  assert.match(await card(mode).textContent(), new RegExp(name));
}

try {
  step("log in");
  await page.goto(url);
  await at("login-username").fill("demo");
  await at("login-password").fill(password);
  await at("login-submit").click();
  await at("account-balance").waitFor();

  step("every broker has a card, and one has closed");
  await at("nav-brokers").click();
  await at("broker-card").first().waitFor();
  assert.equal(await at("broker-card").count(), 18);
  const closed = page.locator("[data-testid=broker-card][data-broker=bitmex]");
  assert.match(await closed.textContent(), /2026-09-23/);
  assert.equal(await closed.getByRole("link", { name: /Connect/ }).count(), 0);

  step("brokers are searched and compared");
  await at("broker-search").fill("deri");
  await page.waitForFunction(() => document.querySelectorAll("[data-testid=broker-card]").length === 2);
  await at("view-table").click();
  assert.equal(await at("capability-row").count(), 2);
  await at("view-cards").click();

  step("wrong keys are refused beside their field, and nothing is kept");
  await at("connect-deribit").click();
  await fillKeys("sim-key-1", "wrong");
  await at("connect-test").click();
  await at("connect-form").getByRole("alert").first().waitFor();
  assert.equal(await at("connect-save").count(), 0);
  const kept = await page.evaluate(async () => (await (await fetch("/api/credentials/")).json()).count);
  assert.equal(kept, 0);

  step("right ones are tested, saved, and open a demo account");
  await connectAndOpen("test", "DEMO", "Practice");

  step("its connection is checked");
  await card("DEMO").getByTestId("account-check").click();
  await page.waitForFunction(() => document.querySelector("[data-mode=DEMO] [data-testid=account-told]")?.textContent);
  await card("DEMO").locator("[data-testid=account-connection][data-state=CONNECTED]").waitFor();

  step("keys in use are not removed, and that is explained");
  await at("nav-brokers").click();
  await at("credential-remove").click();
  await at("credential-remove-confirm").click();
  await at("credential-problem").waitFor();

  step("live keys open a live account");
  await connectAndOpen("live", "LIVE", "Real thing", "BTC-PERPETUAL");
  await card("LIVE").getByTestId("account-session").first().waitFor();
  assert.equal(await card("LIVE").locator("[data-testid=account-session][data-status=STOPPED]").count(), 2);
  assert.equal(await at("live-strip").count(), 0, "another account is shown");

  step("the dashboard shows it, and says above every page that it is live");
  await card("LIVE").getByTestId("account-show").click();
  await at("live-strip").waitFor();
  assert.doesNotMatch(await at("live-strip").textContent(), /REAL MONEY/);
  await at("nav-overview").click();
  await page.locator("[data-testid=account-mode]", { hasText: "LIVE" }).waitFor();

  step("real money takes the account's name");
  await at("nav-accounts").click();
  await card("LIVE").getByTestId("live-switch").click();
  await card("LIVE").getByTestId("field-confirm").fill("Real");
  assert.ok(await card("LIVE").getByTestId("live-confirm").isDisabled());
  await card("LIVE").getByTestId("field-confirm").fill("Real thing");
  await card("LIVE").getByTestId("live-confirm").click();
  await page.locator("[data-testid=live-strip]", { hasText: "REAL MONEY" }).waitFor();

  step("the choice outlives a reload, on a phone too");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.reload();
  await page.locator("[data-testid=live-strip]", { hasText: "REAL MONEY" }).waitFor();
  await card("LIVE").waitFor();
  await noOverflow("the accounts page");
  await at("tab-more").click();
  await at("tab-brokers").click();
  await at("broker-card").first().waitFor();
  await noOverflow("the brokers page");
  await at("view-table").click();
  await at("capability-table").waitFor();
  await noOverflow("the comparison");

  step("one click stops it");
  await at("tab-more").click();
  await at("tab-accounts").click();
  await card("LIVE").getByTestId("live-switch").click();
  await page.waitForFunction(() => !document.querySelector("[data-testid=live-strip]")?.textContent?.includes("REAL MONEY"));

  step("its sessions are started and stopped by hand, and say that no order is sent");
  const session = card("LIVE").getByTestId("account-session").first();
  await session.getByTestId("session-start").click();
  await card("LIVE").locator("[data-testid=account-session][data-status=RUNNING]").waitFor();
  assert.match(await card("LIVE").getByTestId("sessions-note").textContent(), /no order is sent/);
  await session.getByTestId("session-stop").click();
  await card("LIVE").locator("[data-testid=account-session][data-status=RUNNING]").waitFor({ state: "detached" });

  step("closed, it makes way for another account, and its keys can be removed");
  await card("LIVE").getByTestId("account-close").click();
  await card("LIVE").getByTestId("account-close-confirm").click();
  await card("LIVE").waitFor({ state: "detached" });
  await at("live-strip").waitFor({ state: "detached" });
  await at("tab-more").click();
  await at("tab-brokers").click();
  const keys = page.getByTestId("credential-row").filter({ hasText: "Real thing keys" });
  await keys.getByTestId("credential-remove").click();
  await keys.getByTestId("credential-remove-confirm").click();
  await keys.waitFor({ state: "detached" });

  assert.deepEqual(problems, [], "no script error on the page");
} catch (error) {
  console.error(`at ${page.url()}, script errors ${JSON.stringify(problems)}:\n${await page.locator("main").innerText().catch(() => "")}`);
  throw error;
} finally {
  await browser.close();
}
