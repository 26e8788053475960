// Usage: node performance.mjs URL PASSWORD CHROMIUM
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
const ask = (path) => page.evaluate((asked) => fetch(asked).then((answer) => answer.json()), path);
const noOverflow = async (shown, what) => {
  const overflow = await shown.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `${what} is ${overflow} px wider than the phone`);
};
const percent = (value) => `${value.toFixed(value < 100 ? 2 : 1)}%`;
const money = (amount) => {
  const digits = Math.abs(amount).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return `${digits === "0.00" ? "" : amount < 0 ? "-" : "+"}$${digits}`;
};

try {
  step("log in, wait for an open trade, and have the account trade no more");
  await page.goto(url);
  await at("login-username").fill("demo");
  await at("login-password").fill(password);
  await at("login-submit").click();
  await at("account-balance").waitFor();
  await at("position-row").first().waitFor();
  await at("auto-trading-switch").click();
  await page.locator("[data-testid=auto-trading-switch][aria-checked=false]").waitFor();

  step("close what is open");
  const [account] = (await ask("/api/accounts/")).results;
  await page.evaluate(async (id) => {
    const token = (await (await fetch("/api/auth/me/")).json()).csrf_token;
    const open = (await (await fetch(`/api/trades/?account=${id}&status=OPEN&limit=200`)).json()).results;
    for (const trade of open) {
      const headers = { "X-CSRFToken": token, "Idempotency-Key": `end-${trade.id}` };
      await fetch(`/api/trades/${trade.id}/close/`, { method: "POST", headers });
    }
  }, account.id);
  await page.waitForFunction(
    (path) => fetch(path).then((answer) => answer.json()).then((told) => told.open_trades === 0 && told.total_trades > 0),
    `/api/accounts/${account.id}/`,
  );
  const told = await ask(`/api/accounts/${account.id}/`);

  step("the figures on the page are the API's, and the ledger's");
  await at("account-performance").click();
  const performance = `/api/analytics/performance/?account=${account.id}`;
  await page.waitForFunction(
    ([path, count]) => fetch(path).then((answer) => answer.json()).then((found) => found.figures.core.trades === count),
    [performance, told.total_trades],
  );
  await page.reload();
  const { core } = (await ask(performance)).figures;
  assert.equal(await at("figure-core.total_pnl").textContent(), money(core.total_pnl));
  assert.equal(await at("figure-core.win_rate_percent").textContent(), percent(core.win_rate_percent));
  assert.equal(money(core.total_pnl), money(Number(told.balance) - Number(told.initial_balance)));
  assert.equal(core.wins, told.winning_trades);
  assert.equal(core.win_rate_percent.toFixed(2), ((100 * told.winning_trades) / told.total_trades).toFixed(2));
  await page.locator("[data-testid=equity-chart] canvas").first().waitFor();
  assert.ok((await at("group-row").count()) > 0);

  step("a period without a trade says so, and what is chosen stays in the address");
  await at("period-custom").click();
  await at("period-start").fill("2020-01-01");
  await at("period-end").fill("2020-01-31");
  await page.getByText("No trade matches").waitFor();
  assert.match(page.url(), /start=2020-01-01&end=2020-01-31/);
  await page.getByRole("button", { name: "Look at all trades" }).click();
  await at("figure-core.total_pnl").waitFor();

  step("the trades and the report come as files");
  const csv = await page.request.get(new URL(await at("download-csv").getAttribute("href"), url).href);
  assert.equal(csv.status(), 200);
  assert.equal((await csv.text()).trim().split("\n").length, told.total_trades + 1);
  const report = await page.request.get(new URL(await at("download-html").getAttribute("href"), url).href);
  assert.equal(report.status(), 200);

  step("have a signal refused: the account trades no more");
  const [traded] = (await ask(`/api/trades/?account=${account.id}&limit=1`)).results;
  await page.evaluate(async ({ venue, symbol }) => {
    const token = (await (await fetch("/api/auth/me/")).json()).csrf_token;
    const headers = { "X-CSRFToken": token, "Content-Type": "application/json" };
    const body = JSON.stringify({ venue, symbol, direction: "LONG", confidence: 0.9 });
    const answer = await fetch("/api/signals/", { method: "POST", headers, body });
    if (answer.status !== 201) throw new Error(await answer.text());
  }, traded);
  await page.waitForFunction(
    (path) => fetch(path).then((answer) => answer.json()).then((found) => found.gates.length > 0),
    `/api/analytics/gates/?account=${account.id}`,
  );

  step("signals, gates and what other luck would have made");
  await at("tab-of-signals").click();
  await at("funnel").waitFor();
  await at("tab-of-gates").click();
  await at("gate-outcome").first().waitFor();
  const gate = await at("gate-outcome").first().getAttribute("data-gate");
  await at("gate-decisions").first().click();
  await page.locator("[data-testid=decision-row][data-verdict=REJECTED]").first().waitFor();
  assert.match(page.url(), new RegExp(`gate=${gate}`));
  await page.goBack();
  await at("tab-of-montecarlo").click();
  await at("ruin").waitFor();

  step("publish the record without amounts, and see it verified");
  await at("tab-of-record").click();
  await page.locator('[data-testid="field-title"]').fill("A demo");
  await at("publish").click();
  await page.getByTestId("record-row").getByText("Verified", { exact: true }).waitFor();
  const address = await at("record-address").inputValue();

  step("anybody sees it without a login, and no amount of money");
  const stranger = await (await browser.newContext({ viewport: { width: 390, height: 844 } })).newPage();
  stranger.setDefaultTimeout(90_000);
  stranger.on("pageerror", (error) => problems.push(error.message));
  const answers = [];
  stranger.on("response", (answer) => new URL(answer.url()).pathname.startsWith("/api/") && answers.push(answer));
  await stranger.goto(address);
  await stranger.getByRole("heading", { name: "A demo" }).waitFor();
  await stranger.locator("[data-testid=verified][data-ok=true]").waitFor();
  await stranger.locator("[data-testid=equity-chart] canvas").first().waitFor();
  assert.equal(await stranger.getByTestId("figure-core.win_rate_percent").textContent(), percent(core.win_rate_percent));
  assert.equal(await stranger.getByTestId("figure-core.total_pnl").count(), 0);
  assert.doesNotMatch(await stranger.locator("body").innerText(), /[$€£]|\bUSD/);
  assert.match(await stranger.locator('meta[name="robots"]').getAttribute("content"), /noindex/);
  assert.deepEqual([...new Set(answers.map((answer) => new URL(answer.url()).pathname.split("/")[2]))], ["public"]);
  const shown = await answers[0].json();
  assert.equal("total_pnl" in shown.figures.core || "fees" in shown.figures.core || "trades" in shown, false);
  assert.equal((await stranger.context().cookies()).some((cookie) => cookie.name === "sessionid"), false);
  await noOverflow(stranger, "the public page");

  step("unpublished, its address leads nowhere");
  await at("record-unpublish").click();
  await at("record-unpublish-confirm").click();
  await page.locator("[data-testid=record-row][data-published=false]").waitFor();
  const late = await (await browser.newContext()).newPage();
  await late.goto(address);
  await late.getByText("There is no such track record").waitFor();

  step("nothing is wider than a phone");
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [tab, seen] of [["figures", "breakdown"], ["signals", "funnel"], ["gates", "gates"], ["montecarlo", "fan"], ["record", "records"]]) {
    await at(`tab-of-${tab}`).click();
    await at(seen).waitFor();
    await noOverflow(page, tab);
  }

  assert.deepEqual(problems, []);
  step("done");
} finally {
  await browser.close();
}
