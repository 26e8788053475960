// Usage: node backtests.mjs URL PASSWORD CHROMIUM
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
page.setDefaultTimeout(60_000);
const problems = [];
page.on("pageerror", (error) => problems.push(error.message));
const at = (id) => page.getByTestId(id);
const field = (name) => page.locator(`[data-testid="field-${name}"]`);
// The first run of a fresh checkout compiles the engine.
const isDone = () => page.locator("[data-testid=backtest-head][data-status=DONE]").waitFor({ timeout: 240_000 });
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

  step("what cannot be is refused at its field");
  await at("nav-backtests").click();
  await at("backtest-new").click();
  await field("name").fill("One setting");
  await field("data.venue").selectOption("binance");
  assert.match(await at("series-said").textContent(), /BTCUSDT .*candles/);
  await field("account.balance").fill("0");
  await at("backtest-submit").click();
  await page.locator('[data-testid="field-account.balance"][aria-invalid=true]').waitFor();

  step("a run is asked for once with two clicks, and watched to its end");
  const sent = [];
  page.on("request", (request) => request.method() === "POST" && /\/backtests\/$/.test(request.url()) && sent.push(request));
  await field("account.balance").fill("5000");
  await at("backtest-submit").dblclick();
  await at("backtest-head").waitFor();
  await isDone();
  assert.equal(sent.length, 1, "one request for two clicks");
  assert.ok((await sent[0].allHeaders())["idempotency-key"], "it carries an Idempotency-Key");

  step("its figures, its equity, and its trades on the candles");
  assert.ok(Number((await at("figure-core.trades").textContent()).replace(/,/g, "")) > 0);
  assert.match(await at("figure-core.total_pnl").textContent(), /^[+-]\$/);
  await page.locator("[data-testid=equity-chart] canvas").first().waitFor();
  await at("run-trade-show").first().click();
  await page.getByText(/^Trade 1 · BTCUSDT/).waitFor();
  await at("chart-whole").click();
  await at("montecarlo-run").click();
  await at("montecarlo-result").waitFor();

  step("a small sweep from it, and the map of its settings");
  await at("backtest-again").click();
  await at("backtest-form").waitFor();
  assert.equal(await field("account.balance").inputValue(), "5000");
  await field("name").fill("Four settings");
  await at("kind-SWEEP").click();
  const ranges = [["5", "10", "5"], ["20", "40", "20"]];
  for (const [index, range] of ranges.entries()) {
    await at("space-add").click();
    const row = at("space-row").nth(index);
    for (const [place, name] of ["low", "high", "step"].entries()) await row.getByTestId(`space-${name}`).fill(range[place]);
  }
  assert.equal(await at("trials-said").textContent(), "4 trials.");
  await at("backtest-submit").click();
  await at("backtest-head").waitFor();
  await isDone();
  await at("verdict-said").waitFor();
  await at("heat-grid").waitFor();
  assert.equal(await at("heat-grid").locator("tbody td").count(), 4);
  await at("map-figure").selectOption("core.trades");
  await at("map-listed").click();
  assert.equal(await at("heat-rows").locator("tbody tr").count(), 4);
  assert.equal(await at("trial-row").count(), 4);

  step("both beside each other");
  await page.goto(`${url}/backtests`);
  await at("backtest-row").nth(1).waitFor();
  for (const index of [0, 1]) await at("backtest-pick").nth(index).check();
  await at("compare-open").click();
  await at("compare-table").waitFor();
  await page.locator("[data-testid=compare-equity] canvas").first().waitFor();

  step("a strategy told in JSON: refused at its field, then run");
  await page.goto(`${url}/backtests/new`);
  await at("backtest-form").waitFor();
  await field("name").fill("Told in JSON");
  await field("data.venue").selectOption("binance");
  await page.getByTestId("strategy").getByRole("button", { name: /^Remove/ }).click();
  await at("strategy-add").selectOption("rules");
  const rules = field("strategies.0.params.rules");
  const told = JSON.parse(await rules.inputValue());
  await rules.fill(JSON.stringify({ ...told, short: { left: "fats", is: "<", right: "slow" } }));
  await at("backtest-submit").click();
  await page.getByText(/short\.left: 'fats' is not one of open, high/).waitFor();
  await rules.fill(JSON.stringify({ ...told, stop: { atr: 2 }, target: { risk: 1.5 } }));
  await at("backtest-submit").click();
  await at("backtest-head").waitFor();
  await isDone();
  assert.ok(Number((await at("figure-core.trades").textContent()).replace(/,/g, "")) > 0);

  step("nothing is wider than a phone");
  await page.setViewportSize({ width: 390, height: 844 });
  await noOverflow("a comparison");
  await page.goto(`${url}/backtests`);
  await at("backtest-row").first().waitFor();
  await noOverflow("the list");
  await at("backtest-link").filter({ hasText: "Four settings" }).click();
  await at("heat-grid").waitFor();
  await noOverflow("a sweep");
  await page.goto(`${url}/backtests/new`);
  await at("backtest-form").waitFor();
  await noOverflow("the form");
  await page.goto(`${url}/sessions`);
  await at("whatif-open").first().click();
  await at("whatif-form").waitFor();
  await noOverflow("what if");

  assert.deepEqual(problems, []);
  step("done");
} finally {
  await browser.close();
}
