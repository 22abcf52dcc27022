// Every page in both languages, themes and widths: no serious finding of axe, no overflow, no text
// of the other language, and a picture of each.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { before, describe, it } from "node:test";
import { en } from "../../../web/js/i18n/en.js";
import { ko } from "../../../web/js/i18n/ko.js";
import { Visitor } from "../support/browser.mjs";

// What a page must not say: the texts of the other language, except those with placeholders.
const foreign = { en: textsOnlyOf(ko, en), ko: textsOnlyOf(en, ko) };

function textsOnlyOf(theirs, ours) {
  const own = new Set(Object.values(ours));
  return new Set(Object.values(theirs).filter((text) => !text.includes("{") && !own.has(text)));
}

const variants = [
  { language: "en", theme: "light", width: 1280, height: 860 },
  { language: "ko", theme: "dark", width: 360, height: 740 },
  { language: "ko", theme: "light", width: 1280, height: 860 },
  { language: "en", theme: "dark", width: 360, height: 740 },
].map((variant) => ({ ...variant, motion: "no-preference" }));

export function tour(world) {
  const stage = {};

  describe("every page", { concurrency: 2 }, () => {
    before(async () => {
      stage.axe = await readFile(
        createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
        "utf8",
      );
      Object.assign(stage, await prepare(world.api));
    });

    for (const variant of variants) {
      const { language, theme, width } = variant;
      it(`is in order in ${language}, ${theme}, ${width} px`, async () => {
        const fan = await Visitor.open(world, { ...variant, user: stage.user });
        const look = (name) => inspect(stage, fan, `${name}-${language}-${theme}-${width}`);
        for (const [name, path, sign, act] of pagesOf(stage)) {
          await fan.goTo(path);
          await fan.see(sign);
          await act?.(fan);
          await look(name);
        }
        await fan.close();

        const stranger = await Visitor.open(world, variant);
        for (const [name, path, sign] of strangersPages) {
          await stranger.goTo(path);
          await stranger.see(sign);
          await inspect(stage, stranger, `${name}-${language}-${theme}-${width}`);
        }
        await stranger.becomeOrganiser(world.api.adminToken);
        await inspect(stage, stranger, `organiser-${language}-${theme}-${width}`);
        for (const [name, path, sign] of organisersPages(stage)) {
          await stranger.goTo(path);
          await stranger.see(sign);
          await inspect(stage, stranger, `${name}-${language}-${theme}-${width}`);
        }
        await stranger.close();
      });
    }

    it("shows what organisers have typed as text and never as markup", async () => {
      const markup = '<img src=x onerror="document.title=1"><b>x</b>';
      const concert = await world.api.createConcert({
        title: markup,
        artist: markup,
        venue: markup,
        description: markup,
      });
      const fan = await Visitor.open(world);
      await fan.goTo(`/concerts/${concert.concert_id}`);
      await fan.seeText("h1", "<b>x</b>");
      assert.equal(await fan.page.locator("main img, main b").count(), 0);
      await fan.close();
    });

    it("changes its language and its theme at a press, and remembers both", async () => {
      const fan = await Visitor.open(world);
      await fan.page.goto(world.url);
      await fan.seeText("h1", "On stage soon");
      await fan.press("[data-language=ko]");
      await fan.seeText("h1", "곧 무대에 오릅니다");
      await fan.press("[data-language=en]");
      await fan.seeText("html[lang=en] h1", "On stage soon");
      await fan.press("[data-language=ko]");
      await fan.press(".chip-icon");
      await fan.see("html[data-theme=dark]");
      await fan.reload();
      await fan.seeText("html[lang=ko] h1", "곧 무대에 오릅니다");
      await fan.see("html[data-theme=dark]");
      await fan.close();
    });
  });
}

// One user with something on every page: tickets, a hold, a place in line, a turn.
async function prepare(api) {
  const user = await api.newUser();
  const hall = [
    { from: 1, to: 120, section: "Floor", grade: "VIP", price: 150_000, label: "F-{n}" },
    { from: 121, to: 400, section: "Balcony", grade: "R", price: 90_000, label: "B-{n}" },
  ];
  const played = await api.createConcert({
    title: "Jazz at the Harbour",
    artist: "Seo Trio",
    venue: "Pier 7",
    seats: hall,
    dates: 2,
  });
  const crowded = await api.createConcert({
    title: "Moon Orbit",
    artist: "Selene",
    venue: "Dome",
    max_active: 1,
  });
  const held = await api.createConcert({
    title: "Techno Bunker",
    artist: "Kilo",
    venue: "Depot",
    seats: hall,
  });
  await api.charge(user, 1_000_000);
  const fan = await api.join(played, user);
  const reservation = await api.hold(fan, { date_id: played.dates[0].date_id, seats: [10, 11] });
  const payment = await api.pay(fan, reservation);
  await api.buy(played, [30, 31, 32]);
  await api.hold(await api.join(played, await api.newUser()), {
    date_id: played.dates[0].date_id,
    seats: [50, 51, 52, 53],
  });
  for (let i = 0; i < 3; i += 1) await api.join(crowded, await api.newUser());
  await api.join(crowded, user);
  for (let i = 0; i < 2; i += 1) await api.join(crowded, await api.newUser());
  const hold = await api.hold(await api.join(held, user), {
    date_id: held.dates[0].date_id,
    seats: [1, 2, 3, 4],
  });
  return { user, played, crowded, hold, payment };
}

// [name, path, selector that shows that the page is there, what to do before the picture]
function pagesOf({ played, crowded, hold, payment }) {
  return [
    ["concerts", "/", ".card a"],
    ["concert", `/concerts/${played.concert_id}`, ".date"],
    [
      "waiting-room",
      `/concerts/${crowded.concert_id}/line`,
      '[data-testid=position]:has-text("3")',
    ],
    [
      "seats-map",
      `/concerts/${played.concert_id}/line`,
      "[data-testid=door], .legend li",
      async (fan) => {
        await fan.enter(played);
        await fan.pickInList(1, 2);
        await fan.press("[data-view=map]");
      },
    ],
    [
      "seats-list",
      `/concerts/${played.concert_id}/seats`,
      ".legend li",
      (fan) => fan.press("[data-view=list]"),
    ],
    ["hold", `/reservations/${hold.reservation_id}`, "[data-testid=pay], [data-testid=top-up]"],
    ["tickets", "/tickets", ".stub .qr svg"],
    ["ticket-new", `/tickets/${payment.payment_id}?new`, ".stub .qr svg"],
    ["wallet", "/wallet", ".entry"],
    ["not-found", "/nowhere", ".empty"],
  ];
}

const strangersPages = [
  ["sign-up", "/sign-up", "form"],
  ["sign-in", "/sign-in", "form"],
  ["sign-in-first", "/tickets", ".empty"],
  ["organiser-door", "/organiser", "form"],
];

function organisersPages({ played }) {
  return [
    ["organiser-new", "/organiser/new", ".plan-row"],
    ["organiser-sale", `/organiser/concerts/${played.concert_id}`, ".sale-date"],
  ];
}

// Elements whose content is wider than they are: text over its neighbours, numbers cut off.
function overflowing(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll("#app *")]
      .filter((element) => {
        const { display, overflowX } = getComputedStyle(element);
        const mayScroll = overflowX === "auto" && element.tagName !== "INPUT";
        if (display === "inline" || mayScroll || !element.checkVisibility()) return false;
        return element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1;
      })
      .map((element) => element.outerHTML.slice(0, 160)),
  );
}

// All text of a page, seen or read by a screen reader.
function wordsOf(page) {
  return page.evaluate(() => {
    const words = [document.title.split(" · ")[0]];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) words.push(texts.currentNode.textContent.trim());
    for (const element of document.body.querySelectorAll("*")) {
      for (const name of ["aria-label", "title", "placeholder"])
        if (element.hasAttribute(name)) words.push(element.getAttribute(name));
    }
    return words;
  });
}

async function inspect(stage, visitor, name) {
  const { page } = visitor;
  await page.evaluate(() =>
    Promise.all([
      document.fonts.ready,
      ...document
        .getAnimations()
        .filter((a) => a.effect.getTiming().iterations !== Infinity)
        .map((a) => a.finished.catch(() => {})),
    ]),
  );
  await visitor.picture(name);
  const { scroll, width } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
  }));
  assert.ok(scroll <= width, `${name} is ${scroll} px wide in ${width} px`);
  assert.deepEqual(await overflowing(page), [], name);
  const language = await page.getAttribute("html", "lang");
  assert.equal(language, visitor.language);
  const said = (await wordsOf(page)).filter((text) => foreign[language].has(text));
  assert.deepEqual(said, [], name);
  // Through the debugger, as the Content-Security-Policy blocks other scripts.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(stage.axe);
  const findings = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      nodes: nodes.slice(0, 3).map((node) => node.html.slice(0, 160)),
    }));
  });
  const serious = findings.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(serious, [], name);
}
