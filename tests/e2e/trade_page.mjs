// Usage: node trade_page.mjs URL PASSWORD CHROMIUM
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
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
const page = await context.newPage();
page.setDefaultTimeout(90_000);
const problems = [];
page.on("pageerror", (error) => problems.push(error.message));
const at = (id) => page.getByTestId(id);
const field = (name) => page.locator(`[data-testid="field-${name}"]`);
const says = (id, text) =>
  page.waitForFunction(
    ([testId, wanted]) => document.querySelector(`[data-testid=${testId}]`)?.textContent.includes(wanted),
    [id, text],
  );
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

  step("a position leads to its trade, with its chart, its fill and the gates it passed");
  await page.locator("[data-testid=position-row] [data-testid=trade-link]").first().click();
  await page.locator("[data-testid=trade-head][data-status=OPEN]").waitFor();
  await page.locator("[data-testid=trade-chart] canvas").first().waitFor();
  await at("fill-row").first().waitFor();
  await at("decision-toggle").click();
  assert.ok((await page.locator("[data-testid=gate-row]").count()) > 20);
  await at("decision-toggle").click();

  step("a plan that cannot be is refused at its field, another is read back and put in force");
  await field("trailing").click();
  await field("exit_plan.trailing.value").fill("0");
  await at("manage-review").click();
  await at("trade-confirm").click();
  await page.locator('[data-testid="field-exit_plan.trailing.value"][aria-invalid=true]').waitFor();
  // So far away that the market does not end the trade before this test does.
  const id = page.url().split("/").at(-1);
  const { direction, entry_price } = await page.evaluate((path) => fetch(path).then((answer) => answer.json()), `/api/trades/${id}/`);
  await field("stop_loss").fill((Number(entry_price) * (direction === "LONG" ? 0.9 : 1.1)).toFixed(2));
  await field("take_profit").fill("");
  await field("exit_plan.trailing.value").fill("5");
  await at("manage-review").click();
  assert.match(await at("manage-said").textContent(), /The target at .* is removed.*trails 5 % behind the best price/);
  await at("trade-confirm").click();
  await says("trade-plan", "follows 5% behind the best price");

  step("half of it is closed, and the rest stays open");
  await at("close-50").click();
  await at("trade-confirm").dblclick();
  await says("trade-size", " of ");
  assert.equal(await at("fill-row").count(), 2);

  step("the journal is kept");
  await field("notes").fill("Trailed by hand");
  await field("tags").fill("manual, trail");
  await at("journal-save").click();
  await says("journal-state", "Saved");
  await page.reload();
  await at("trade-head").waitFor();
  assert.equal(await field("notes").inputValue(), "Trailed by hand");

  step("the rest is closed");
  await at("close-all").click();
  await at("trade-confirm").click();
  await page.locator("[data-testid=trade-head][data-status=CLOSED]").waitFor();
  assert.equal(await at("trade-manage").count(), 0);

  step("alerts and notifications");
  await at("bell").click();
  await at("alerts").waitFor();
  await at("to-notifications").click();
  await at("channel-new").click();
  await field("label").fill("Nowhere");
  await field("url").fill("not an address");
  await at("channel-save").click();
  await page.locator("[data-testid=field-url][aria-invalid=true]").waitFor();
  await page.keyboard.press("Escape");
  await at("services").waitFor();

  step("nothing is wider than a phone");
  await page.setViewportSize({ width: 390, height: 844 });
  await noOverflow("notifications");
  await page.goto(`${url}/alerts`);
  await at("alerts").waitFor();
  await noOverflow("alerts");
  await page.goto(`${url}/trades`);
  await page.locator("[data-testid=history-row] [data-testid=trade-link]").first().click();
  await at("trade-head").waitFor();
  await page.locator("[data-testid=trade-chart] canvas").first().waitFor();
  await noOverflow("a trade");

  assert.deepEqual(problems, []);
  step("done");
} finally {
  await browser.close();
}
