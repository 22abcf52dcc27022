// A newcomer opens the printed address and owns seats, without reading anything.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Visitor } from "../support/browser.mjs";

const FIRST_PAGE_BYTES_MAX = 100 * 1024;
// Two minutes are enough for a newcomer who types three words, presses seven buttons and waits for
// so many different answers, but in no line.
const JOURNEY_CALLS_MAX = 20;
const PASSWORD = "a password of mine";

export function journey(world) {
  describe("a newcomer", () => {
    it("owns seats after seven presses and few answers, and waits in no line", async () => {
      const fan = await Visitor.open(world);
      const calls = watchCalls(fan);
      await fan.page.goto(world.url);
      await fan.press('.card:has-text("Northern Lights Tour") a');
      await fan.press(".concert-way .button-primary");
      await fan.press(".notice-ways .button-primary");
      await fan.page.fill("[name=name]", "Minji Kim");
      await fan.page.fill("[name=email]", `minji-${Date.now()}@example.org`);
      await fan.page.fill("[name=password]", PASSWORD);
      await fan.press("form .button-primary");
      await fan.press("[data-testid=best]");
      await fan.press("[data-testid=top-up]");
      await fan.press("[data-testid=pay]");
      await fan.see(".stub .qr svg");
      assert.equal(await fan.page.locator(".stub").count(), 2);
      assert.ok(calls.different.size <= JOURNEY_CALLS_MAX, [...calls.different].join(", "));
      assert.deepEqual(calls.statesInLine, ["ACTIVE"]);
      await fan.close();
    });

    it("gets a first page below 100 KiB, on which nothing moves", async () => {
      const fan = await Visitor.open(world);
      const traffic = await watchTraffic(fan);
      await fan.page.addInitScript(() => {
        window.shifts = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.shifts += entry.value;
        }).observe({ type: "layout-shift", buffered: true });
      });
      await fan.page.goto(world.url);
      await fan.see(".card a");
      const bytes = await traffic.total();
      assert.ok(bytes > 0 && bytes < FIRST_PAGE_BYTES_MAX, `${bytes} bytes`);
      assert.ok((await fan.page.evaluate(() => window.shifts)) < 0.01);
      console.log(`first page: ${(bytes / 1024).toFixed(1)} KiB transferred`);
      await fan.close();
    });

    it("whose sign-in has ended signs in again and returns to the same page", async () => {
      const email = `hana-${Date.now()}@example.org`;
      const account = await world.api.signUp("Hana Lee", email, PASSWORD);
      await world.api.charge(account, 12_000);
      const fan = await Visitor.open(world, { user: { ...account, token: "of-yesterday" } });
      const signIn = async () => {
        await fan.press('.empty .button:has-text("Sign in")');
        await fan.at("**/#/sign-in?then=%2Fwallet");
        await fan.page.fill("[name=email]", email);
        await fan.page.fill("[name=password]", PASSWORD);
        await fan.press("form .button-primary");
        await fan.at("**/#/wallet");
        await fan.seeText("[data-testid=balance]", "₩12,000");
      };
      await fan.goTo("/wallet");
      await signIn();
      await fan.signOut();
      await fan.goTo("/wallet");
      await signIn();
      await fan.close();
    });

    it("comes back signed in, and signs out and in again", async () => {
      const fan = await Visitor.open(world);
      const email = `jun-${Date.now()}@example.org`;
      await fan.goTo("/sign-up?then=%2Fwallet");
      await fan.press("form .button-primary");
      await fan.seeText(".field-wrong", "Please fill this in");
      await fan.page.fill("[name=name]", "Jun Park");
      await fan.page.fill("[name=email]", email);
      await fan.page.fill("[name=password]", "short");
      await fan.press("form .button-primary");
      await fan.seeText(".field-wrong", "At least 10 characters");
      await fan.page.fill("[name=password]", PASSWORD);
      await fan.press("form .button-primary");
      await fan.at("**/#/wallet");
      await fan.reload();
      await fan.see("[data-testid=balance]");
      await fan.signOut();
      await fan.goTo("/sign-up?then=%2Fwallet");
      await fan.page.fill("[name=name]", "Jun Park");
      await fan.page.fill("[name=email]", email);
      await fan.page.fill("[name=password]", "another password");
      await fan.press("form .button-primary");
      await fan.press(".notice[data-code=email_taken] .button");
      await fan.page.fill("[name=email]", email);
      await fan.page.fill("[name=password]", "not my password");
      await fan.press("form .button-primary");
      await fan.see(".notice[data-code=bad_credentials]");
      await fan.page.fill("[name=password]", PASSWORD);
      await fan.press("form .button-primary");
      await fan.at("**/#/wallet");
      await fan.see(".chip-balance");
      await fan.close();
    });
  });
}

// The different calls of the API, and the states of the place in line that joins were answered.
function watchCalls(fan) {
  const calls = { different: new Set(), statesInLine: [] };
  fan.page.on("response", async (response) => {
    const request = response.request();
    const { pathname } = new URL(request.url());
    if (!pathname.startsWith("/api/")) return;
    calls.different.add(`${request.method()} ${pathname}`);
    if (request.method() === "POST" && pathname.endsWith("/queue/tokens"))
      calls.statesInLine.push((await response.json()).status);
  });
  return calls;
}

async function watchTraffic(fan) {
  const network = await fan.context.newCDPSession(fan.page);
  await network.send("Network.enable");
  const open = new Set();
  let bytes = 0;
  network.on("Network.requestWillBeSent", ({ requestId }) => open.add(requestId));
  network.on("Network.loadingFailed", ({ requestId }) => open.delete(requestId));
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    bytes += encodedDataLength;
    open.delete(requestId);
  });
  return {
    // Once every answer is there and the page has asked for nothing more.
    async total() {
      do {
        await fan.page.evaluate(() => document.fonts.ready);
        await fan.reachNextFrame();
      } while (open.size > 0);
      return bytes;
    },
  };
}
