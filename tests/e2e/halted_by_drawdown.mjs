// Usage: node halted_by_drawdown.mjs URL PASSWORD CHROMIUM, after a replay whose drawdown has halted its session
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
page.setDefaultTimeout(60_000);
const problems = [];
page.on("pageerror", (error) => problems.push(error.message));
const at = (id) => page.getByTestId(id);

try {
  step("log in");
  await page.goto(url);
  await at("login-username").fill("demo");
  await at("login-password").fill(password);
  await at("login-submit").click();
  await at("account-balance").waitFor();

  step("the control center says which limit halted the session, and by how much");
  await at("nav-sessions").click();
  const halted = page.locator("[data-testid=session-card][data-status=HALTED]");
  await halted.waitFor();
  const reason = halted.getByTestId("session-halted");
  assert.equal(await reason.getAttribute("data-limit"), "max_drawdown_percent");
  assert.match(await reason.textContent(), /drawdown/i);
  assert.match(await reason.textContent(), /\d+(\.\d+)? ?%/);
  assert.match(await reason.textContent(), /until you resume/i);

  step("the gauge of the drawdown is full");
  const gauge = halted.getByTestId("gauge").filter({ hasText: /drawdown/i });
  await gauge.waitFor();

  step("the decisions after it say why nothing was traded");
  await halted.getByTestId("session-decisions").click();
  await at("decision-row").first().waitFor();
  await page.locator("[data-testid=why-gate][data-gate=session_running]").click();
  const refused = page.locator("[data-testid=decision-row][data-verdict=REJECTED]").first();
  await refused.waitFor();
  assert.match(await refused.textContent(), /halted/i);
  await refused.locator("button").first().click();
  await refused.getByTestId("gate-row").first().waitFor();
  assert.ok((await refused.getByTestId("gate-row").count()) > 25, "every gate is told");

  step("it runs again when a person resumes it");
  await page.goBack();
  await halted.waitFor();
  await halted.getByTestId("session-resume").click();
  await page.locator("[data-testid=session-card][data-status=HALTED]").waitFor({ state: "detached" });

  step("the kill switch stops everything, and is lifted by hand");
  await at("kill-switch").click();
  await at("kill-confirm").click();
  await at("kill-banner").waitFor();
  await page.reload();
  await at("kill-banner").waitFor();
  await at("kill-lift").click();
  await at("lift-confirm").click();
  await at("kill-banner").waitFor({ state: "detached" });

  assert.deepEqual(problems, [], "errors on the page");
} catch (error) {
  console.log(`FAILED: ${error.stack}`);
  await page.screenshot({ path: process.env.E2E_SCREENSHOT ?? "/tmp/e2e-halted.png" });
  process.exitCode = 1;
} finally {
  await browser.close();
}
