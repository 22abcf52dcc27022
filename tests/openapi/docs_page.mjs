// docs_page.mjs ORIGIN [SCREENSHOT]: opens /docs in Chromium. Every operation must be there, one of
// them must work from the page, and the browser must not have had to complain about anything.
import { chromium } from "playwright-core";
import { EXECUTABLE } from "../browser/support/browser.mjs";

const [origin, screenshot] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: EXECUTABLE,
  args: ["--no-sandbox", "--no-proxy-server"],
});
const complaints = [];
try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 1600 } });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const { protocol } = new URL(request.url());
    const isOwn = request.url().startsWith(`${origin}/`) || protocol === "data:";
    if (!isOwn) complaints.push(`asks another host: ${request.url()}`);
  });
  await page.goto(`${origin}/docs`);
  await page.waitForSelector(".opblock");
  console.log(`operations: ${await page.locator(".opblock").count()}`);

  const operation = page.locator("#operations-Concerts-list_concerts");
  await operation.locator(".opblock-summary-control").click();
  await operation.getByRole("button", { name: "Try it out" }).click();
  await operation.getByRole("button", { name: "Execute" }).click();
  const status = operation.locator(".live-responses-table .response-col_status").last();
  await status.waitFor();
  console.log(`tried: ${(await status.innerText()).trim()}`);
  if (screenshot) await page.screenshot({ path: screenshot });
} finally {
  await browser.close();
}
for (const complaint of complaints) console.log(`complaint: ${complaint}`);
process.exit(complaints.length === 0 ? 0 : 1);
