// A newcomer opens the printed address and owns a seat, without reading anything.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Visitor } from "../support/browser.mjs";

const FIRST_PAGE_BYTES_MAX = 100 * 1024;
const JOURNEY_MS_MAX = 120_000;
const PASSWORD = "a password of mine";

export function journey(world) {
  describe("a newcomer", () => {
    it("owns seats within two minutes of opening the address", async () => {
      const fan = await Visitor.open(world);
      const began = Date.now();
      await fan.page.goto(world.url);
      await fan.press('.card:has-text("Northern Lights Tour") a');
      await fan.press(".concert-way .button-primary");
      await fan.press(".notice-ways .button-primary");
      await fan.page.fill("[name=name]", "Minji Kim");
      await fan.page.fill("[name=email]", `minji-${began}@example.org`);
      await fan.page.fill("[name=password]", PASSWORD);
      await fan.press("form .button-primary");
      await fan.press("[data-testid=best]");
      await fan.press("[data-testid=top-up]");
      await fan.press("[data-testid=pay]");
      await fan.see(".stub .qr svg");
      assert.equal(await fan.page.locator(".stub").count(), 2);
      assert.ok(Date.now() - began < JOURNEY_MS_MAX);
      await fan.close();
    });

    it("gets a first page below 100 KiB, on which nothing moves", async () => {
      const fan = await Visitor.open(world);
      const network = await fan.context.newCDPSession(fan.page);
      await network.send("Network.enable");
      let bytes = 0;
      network.on("Network.loadingFinished", ({ encodedDataLength }) => {
        bytes += encodedDataLength;
      });
      await fan.page.addInitScript(() => {
        window.shifts = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.shifts += entry.value;
        }).observe({ type: "layout-shift", buffered: true });
      });
      await fan.page.goto(world.url);
      await fan.see(".card a");
      await fan.page.waitForLoadState("networkidle");
      assert.ok(bytes > 0 && bytes < FIRST_PAGE_BYTES_MAX, `${bytes} bytes`);
      assert.ok((await fan.page.evaluate(() => window.shifts)) < 0.01);
      console.log(`first page: ${(bytes / 1024).toFixed(1)} KiB transferred`);
      await fan.close();
    });

    it("whose sign-in has ended signs in again and goes on where he was", async () => {
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
