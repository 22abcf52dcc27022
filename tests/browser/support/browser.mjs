// Chromium, and people in front of it.

import assert from "node:assert/strict";
import { join } from "node:path";
import { chromium } from "playwright-core";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
// What a page shows comes within this time or never; the machine may be busy.
export const PATIENCE_MS = Number(process.env.PATIENCE_MS ?? 20_000);
const SESSION_MS = 3_600_000;

export async function launch() {
  // Each launch has a profile of its own, which is deleted at the end.
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
}

// Somebody with a browser of his own. options: user (signed in), organiser (token), language,
// theme, width, height
export class Visitor {
  static async open(world, options = {}) {
    const {
      language = "en",
      theme = "light",
      width = 1280,
      height = 860,
      permissions = [],
    } = options;
    const context = await world.browser.newContext({
      viewport: { width, height },
      locale: language === "ko" ? "ko-KR" : "en-US",
      timezoneId: "Asia/Seoul",
      colorScheme: theme,
      permissions,
      storageState: storageOf(world.url, options),
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const visitor = new Visitor(world, context);
    visitor.language = language;
    visitor.page = await context.newPage();
    if (options.organiser) await visitor.becomeOrganiser(options.organiser);
    return visitor;
  }

  // Listens to the browser as a whole: whatever page is opened in it cannot break unheard.
  constructor(world, context) {
    this.world = world;
    this.context = context;
    this.complaints = [];
    context.on("weberror", (event) => this.complaints.push(event.error().stack));
    context.on("console", (message) => {
      // Refusals of the API are answers, and the browser reports them as errors.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        this.complaints.push(message.text());
    });
  }

  // The same browser once more.
  async tab() {
    const tab = Object.create(this);
    tab.page = await this.context.newPage();
    return tab;
  }

  // A page that broke, or that the Content-Security-Policy had to hold back, fails the test.
  async close() {
    await this.context.close();
    assert.deepEqual(this.complaints, []);
  }

  async becomeOrganiser(token) {
    await this.goTo("/organiser");
    await this.page.fill("textarea", token);
    await this.press("form .button-primary");
    await this.see(".organiser-row");
  }

  async goTo(path) {
    await this.page.goto(`${this.world.url}/#${path}`);
  }

  // Waits until the page shows it.
  async see(selector, { within = PATIENCE_MS } = {}) {
    const locator = this.page.locator(selector).first();
    try {
      await locator.waitFor({ timeout: within });
    } catch (error) {
      await this.picture("failed");
      throw error;
    }
    return locator;
  }

  async seeText(selector, text) {
    return this.see(`${selector}:has-text(${JSON.stringify(text)})`);
  }

  async seeGone(selector) {
    await this.page.locator(selector).first().waitFor({ state: "detached" });
  }

  async textOf(selector) {
    return (await this.see(selector)).textContent();
  }

  async press(selector) {
    await (await this.see(selector)).click();
  }

  async signOut() {
    await this.press(".account summary");
    await this.press(".account-menu button");
    await this.see('.chip[href="#/sign-in"]');
  }

  async answerYes() {
    await this.press("dialog button[value=yes]");
  }

  async at(pattern) {
    await this.page.waitForURL(pattern);
  }

  // Until the page has done what the last answer gave it to do.
  reachNextFrame() {
    return this.page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))),
    );
  }

  reload() {
    return this.page.reload();
  }

  // Into the folder of pictures.
  picture(name) {
    return this.page.screenshot({
      path: join(this.world.screenshots, `${name}.png`),
      fullPage: true,
    });
  }

  // Joins the line and goes in, through the door if it did not stand open.
  async enter(concert) {
    await this.goTo(`/concerts/${concert.concert_id}/line`);
    const way = await this.see("[data-testid=door] a, .legend li");
    if ((await way.evaluate((element) => element.tagName)) === "A") await way.click();
    await this.see(".legend li");
  }

  // Presses a seat on the map by its number in the list view, which both offer.
  async pickInList(...numbers) {
    await this.press("[data-view=list]");
    for (const number of numbers) await this.press(`.seat-row[data-seat="${number}"]`);
  }
}

function storageOf(url, { user, language }) {
  const localStorage = [];
  const remember = (name, value) =>
    localStorage.push({ name: `stagedoor.${name}`, value: JSON.stringify(value) });
  if (language) remember("language", language);
  if (user) {
    remember("session", {
      user_id: user.userId,
      name: "Minji Kim",
      access_token: user.token,
      expires_at: new Date(Date.now() + SESSION_MS).toISOString(),
    });
  }
  return { cookies: [], origins: [{ origin: url, localStorage }] };
}
