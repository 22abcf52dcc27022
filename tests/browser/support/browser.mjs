// Chromium, and a visitor: one browser context with its own storage, like a browser of its own.

import assert from "node:assert/strict";
import { join } from "node:path";
import { chromium } from "playwright-core";

// The same engine as chromium's at half its work, as it has no windows, tabs and extensions.
export const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
// After this a condition counts as never met. No test measures by it: the machine may be busy.
const PATIENCE_MS = 120_000;
const SESSION_MS = 3_600_000;
// A page knows the server's time to half a second and half the time of its quickest answer.
const CLOCK_ERROR_MS = 8000;

export async function launch() {
  // Each launch has a profile of its own, which is deleted at the end.
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
}

// options: user (signed in), organiser (token), language, theme, motion, width, height
export class Visitor {
  static async open(world, options = {}) {
    const {
      language = "en",
      theme = "light",
      width = 1280,
      height = 860,
      // A page that moves is drawn without end, and most tests look at its words.
      motion = "reduce",
      permissions = [],
    } = options;
    const context = await world.browser.newContext({
      viewport: { width, height },
      locale: language === "ko" ? "ko-KR" : "en-US",
      timezoneId: "Asia/Seoul",
      colorScheme: theme,
      reducedMotion: motion,
      permissions,
      storageState: storageOf(world.url, options),
    });
    context.setDefaultTimeout(PATIENCE_MS);
    await context.addInitScript(waitLongerForAnswers, PATIENCE_MS);
    const visitor = new Visitor(world, context);
    visitor.language = language;
    visitor.page = await context.newPage();
    if (options.organiser) await visitor.becomeOrganiser(options.organiser);
    return visitor;
  }

  // Listens to the whole context: errors of every page that is opened in it count.
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

  // Another tab of the same browser.
  async tab() {
    const tab = Object.create(this);
    tab.page = await this.context.newPage();
    return tab;
  }

  // An error in a page, or a request that the Content-Security-Policy blocked, fails the test.
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
  async see(selector) {
    const locator = this.page.locator(selector).first();
    try {
      await locator.waitFor();
    } catch (error) {
      await this.picture("failed").catch(() => {});
      const words = await this.page.innerText("body").catch(() => "");
      throw new Error(`${error.message}\nThe page says: ${words}`, { cause: error });
    }
    return locator;
  }

  async seeText(selector, text) {
    return this.see(`${selector}:has-text(${JSON.stringify(text)})`);
  }

  async seeGone(selector) {
    await this.page.locator(selector).first().waitFor({ state: "detached" });
  }

  // Waits until a countdown shows the time that is left until `deadline`, a time of the API.
  async seeTimeLeft(selector, deadline) {
    await this.see(selector);
    await this.page.waitForFunction(
      ({ selector, deadline, error }) => {
        const shown = document.querySelector(selector)?.textContent.split(":").map(Number);
        if (!shown) return false;
        const left = deadline - (performance.timeOrigin + performance.now());
        const shownMs = 1000 * shown.reduce((total, part) => total * 60 + part);
        return Math.abs(shownMs - left) <= error;
      },
      { selector, deadline: Date.parse(deadline), error: CLOCK_ERROR_MS },
    );
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

  // Waits until the page has drawn the effects of what happened before.
  reachNextFrame() {
    return this.page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))),
    );
  }

  reload() {
    return this.page.reload();
  }

  // Saves a picture in the folder of screenshots.
  picture(name) {
    return this.page.screenshot({
      path: join(this.world.screenshots, `${name}.png`),
      fullPage: true,
    });
  }

  // Joins the line and goes to the seats, by the button of the door if the page shows one.
  async enter(concert) {
    await this.goTo(`/concerts/${concert.concert_id}/line`);
    const way = await this.see("[data-testid=door] a, .legend li");
    if ((await way.evaluate((element) => element.tagName)) === "A") await way.click();
    await this.see(".legend li");
  }

  // Picks seats by their numbers in the list view.
  async pickInList(...numbers) {
    await this.press("[data-view=list]");
    for (const number of numbers) await this.press(`.seat-row[data-seat="${number}"]`);
  }
}

// A busy machine is no lost answer.
function waitLongerForAnswers(patienceMs) {
  const { timeout } = AbortSignal;
  AbortSignal.timeout = () => timeout.call(AbortSignal, patienceMs);
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
