// Opens reports in headless Chromium: `node check.mjs [--screenshots FOLDER] REPORT.html…`. Of each report, in both themes and
// at both widths: no message on the console, no request, no serious violation of axe-core, no horizontal scrolling. Of
// each, with a keyboard alone: filter, and open a finding. Of one with many findings: how fast it opens and filters.
import { createRequire } from "node:module";
import { readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

// The packages lie where the gate has put them, which need not be here.
const require = createRequire(join(resolve(process.env.BROWSER_PACKAGES ?? "."), "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const WIDTHS = [360, 1280];
const THEMES = ["light", "dark"];
/** Of what repeats, all but the first few. */
const REPEATED = "tbody > tr:nth-child(n+9), li:nth-child(n+12), .diff > span:nth-child(n+30)";
/** Bytes of a report that is only timed, walked through and read without script. */
const LARGE = 5e6;
/** Milliseconds in which a report with many findings opens, and is filtered. */
const SOON = 1000;

const files = process.argv.slice(2);
const screenshots = files[0] === "--screenshots" ? files.splice(0, 2)[1] : null;
const wrong = [];
const expect = (holds, what) => holds || wrong.push(what);

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

/** A page of its own that is watched. */
async function open(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  const name = `${basename(file)} ${JSON.stringify(options)}`;
  page.on("console", (message) => expect(false, `${name}: console: ${message.text()}`));
  page.on("pageerror", (error) => expect(false, `${name}: ${error}`));
  page.on("request", (request) => {
    const isItself = request.url().startsWith("file:") && request.isNavigationRequest();
    expect(isItself || /^(data|blob):/.test(request.url()), `${name}: request: ${request.url()}`);
  });
  await page.goto(pathToFileURL(resolve(file)).href);
  return page;
}

/** What axe-core finds that is serious or critical. */
async function violations(page) {
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  const grave = violations.filter((one) => ["serious", "critical"].includes(one.impact));
  return grave.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

async function looks(file) {
  const page = await open(file);
  const picture = async (name) =>
    screenshots && (await page.screenshot({ path: join(screenshots, `${basename(file)}-${name}.png`), fullPage: true }));
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await picture(width);
  }
  await page.evaluate(axe);
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
  const sideways = async (width) => {
    await page.setViewportSize({ width, height: 900 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow <= 0, `${basename(file)}, ${width}: scrolls sideways by ${overflow}`);
  };
  for (const width of WIDTHS) await sideways(width);
  // What comes after the first few of a kind is of their kind, and axe-core looks at each element for long.
  await page.evaluate((repeated) => document.querySelectorAll(repeated).forEach((one) => one.remove()), REPEATED);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      for (const one of await violations(page)) expect(false, `${basename(file)}, ${width}, ${colorScheme}: ${one}`);
      await picture(`${width}-${colorScheme}-open`);
    }
  }
  await page.context().close();
}

/** From the top of the page to an open finding, by the keyboard. */
async function walk(file) {
  const page = await open(file);
  const name = `${basename(file)}, keyboard`;
  const focused = () => page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200) ?? "");
  await page.keyboard.press("Tab");
  expect((await focused()).includes("#main"), `${name}: the first stop is not the skip link: ${await focused()}`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const n = await page.locator("#list > li").count();
  if (n === 0) return page.context().close();
  await page.keyboard.press("Tab");
  expect((await focused()).includes('value="P0"'), `${name}: behind the skip link is not the filter: ${await focused()}`);
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  expect(outline !== "none", `${name}: what is focused cannot be seen`);
  for (let i = 0; i < 12 && !(await focused()).includes('type="search"'); i++) await page.keyboard.press("Tab");
  const subject = await page.locator("#list > li summary code").first().innerText();
  await page.keyboard.type(subject.split(/\s/)[0]);
  const shown = await page.locator("#list > li").count();
  expect(shown >= 1, `${name}: nothing is left after filtering by ${subject}`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  expect((await focused()).startsWith("<summary"), `${name}: behind the filter is not the first finding: ${await focused()}`);
  await page.keyboard.press("Enter");
  expect(await page.locator("#list > li > details").first().evaluate((one) => one.open), `${name}: it does not open`);
  await page.keyboard.press("ArrowDown");
  expect((await focused()).startsWith("<summary"), `${name}: the arrow leads out of the list`);
  await page.locator("input[type=search]").fill("no such words anywhere");
  expect((await page.locator("#shown").innerText()).startsWith("0 findings"), `${name}: a filter that nothing passes`);
  await page.locator("button[type=reset]").click();
  await page.waitForFunction((n) => document.querySelectorAll("#list > li").length === n, n);
  for (const theme of ["light", "dark"]) {
    await page.locator("#theme").click();
    expect((await page.evaluate(() => document.documentElement.dataset.theme)) === theme, `${name}: theme ${theme}`);
  }
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#save").click()]);
  const saved = JSON.parse(readFileSync(await download.path(), "utf8"));
  expect(Array.isArray(saved.iterations), `${name}: the saved data is no run`);
  await page.context().close();
}

/** All of it is there without the script, too. */
async function plain(file) {
  const page = await open(file, { javaScriptEnabled: false });
  const name = `${basename(file)}, no script`;
  const n = (await page.locator("#findings-title").innerText()).replace(/\D/g, "");
  const shown = await page.locator("noscript ol.findings > li").count();
  expect(Number(n) === shown, `${name}: ${shown} of ${n} findings are shown`);
  expect(!(await page.locator("#theme").isVisible()), `${name}: a button that can do nothing`);
  await page.context().close();
}

/** How long a report takes to open, and to be filtered by each kind of filter. */
async function speed(file) {
  const page = await open(file);
  const n = Number((await page.locator("#findings-title").innerText()).replace(/\D/g, ""));
  const opened = await page.evaluate(() => Math.round(performance.getEntriesByType("navigation")[0].loadEventEnd));
  const filtered = await page.evaluate(async () => {
    const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const took = {};
    const form = document.getElementById("filter");
    for (const [name, change] of Object.entries({
      "words, first": () => (form.elements.words.value = "differs 77"),
      words: () => (form.elements.words.value = "differs 777"),
      reset: () => (form.elements.words.value = ""),
      priority: () => (form.elements.priority[1].checked = false),
    })) {
      const start = performance.now();
      change();
      form.dispatchEvent(new Event("input", { bubbles: true }));
      await painted();
      took[name] = Math.round(performance.now() - start);
    }
    return took;
  });
  console.log(`${basename(file)}: ${n} findings open in ${opened} ms, and are filtered in ${JSON.stringify(filtered)} ms`);
  for (const [what, took] of Object.entries({ opening: opened, ...filtered })) {
    expect(took < SOON, `${basename(file)}: ${what} takes ${took} ms`);
  }
  await page.context().close();
}

// What is timed is alone; the rest goes on beside each other.
for (const file of files) await speed(file);
const waiting = [...files];
const work = async () => {
  for (let file; (file = waiting.shift()); ) await whole(file);
};
await Promise.all([work(), work()]);

async function whole(file) {
  // A report with very many findings has the parts of the others, and nothing new to look at.
  if (statSync(file).size < LARGE) await looks(file);
  await walk(file);
  await plain(file);
}

await browser.close();
wrong.forEach((one) => console.error(`wrong: ${one}`));
console.log(`${files.length} reports opened, ${wrong.length} things wrong`);
process.exit(wrong.length === 0 ? 0 : 1);
