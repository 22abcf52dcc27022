// Lost answers: nothing happens twice, and the page says what it knows.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Visitor } from "../support/browser.mjs";

export function lostAnswers(world) {
  // The server does what the page asks, and the answer is lost. Returns the keys of these requests.
  async function loseAnswers(fan, pattern, times = Infinity) {
    const keys = [];
    await fan.page.route(pattern, async (route) => {
      if (route.request().method() !== "POST" || keys.length >= times) {
        await route.fallback();
        return;
      }
      keys.push(route.request().headers()["idempotency-key"]);
      await route.fetch();
      await route.abort();
    });
    return keys;
  }

  const kinds = async (user) => (await world.api.ledger(user)).map(({ kind }) => kind);

  async function withHold({ balance = 0 } = {}) {
    const concert = await world.api.createConcert({ seats: [{ from: 1, to: 9, price: 30_000 }] });
    const user = await world.api.newUser();
    if (balance) await world.api.charge(user, balance);
    const fan = await Visitor.open(world, { user });
    await fan.enter(concert);
    await fan.press("[data-testid=best]");
    await fan.see("[data-testid=amount]");
    return { concert, user, fan };
  }

  describe("a lost answer", () => {
    it("to a payment is retried with the same key", async () => {
      const { user, fan } = await withHold({ balance: 100_000 });
      const keys = await loseAnswers(fan, "**/api/v1/payments", 2);
      await fan.press("[data-testid=pay]");
      await fan.seeText(".messages .notice", "however often we ask, it is made once");
      await fan.see(".stub .qr svg");
      assert.equal(new Set(keys).size, 1);
      assert.equal(keys.length, 2);
      assert.deepEqual(await kinds(user), ["PAYMENT", "CHARGE"]);
      await fan.close();
    });

    it("to a payment does not matter when the page is reloaded", async () => {
      const { user, fan } = await withHold({ balance: 100_000 });
      const keys = await loseAnswers(fan, "**/api/v1/payments");
      await fan.press("[data-testid=pay]");
      await fan.see(".messages .notice");
      await fan.reload();
      await fan.page.unrouteAll({ behavior: "ignoreErrors" });
      await fan.press("[data-status=CONFIRMED] .button-primary");
      await fan.see(".stub .qr svg");
      assert.equal(new Set(keys).size, 1);
      assert.deepEqual(await kinds(user), ["PAYMENT", "CHARGE"]);
      await fan.close();
    });

    it("to a payment that never arrived is sent again after a reload", async () => {
      const { user, fan } = await withHold({ balance: 100_000 });
      // No retry of the first page may arrive either.
      let isReloaded = false;
      await fan.page.route("**/api/v1/payments", (route) =>
        isReloaded ? route.fallback() : route.abort(),
      );
      await fan.press("[data-testid=pay]");
      await fan.see(".messages .notice");
      fan.page.once("framenavigated", () => {
        isReloaded = true;
      });
      await fan.reload();
      await fan.see(".stub .qr svg");
      assert.deepEqual(await kinds(user), ["PAYMENT", "CHARGE"]);
      await fan.close();
    });

    it("to a top-up is retried after a reload, and the money is there once", async () => {
      const user = await world.api.newUser();
      const fan = await Visitor.open(world, { user });
      await fan.goTo("/wallet");
      await fan.see("[data-testid=top-up]");
      await loseAnswers(fan, "**/charges");
      await fan.press("[data-testid=top-up]");
      await fan.see(".top-up .notice");
      await fan.page.unrouteAll({ behavior: "ignoreErrors" });
      await fan.reload();
      await fan.seeText(".entry", "Top-up");
      await fan.seeText("[data-testid=balance]", "₩100,000");
      assert.deepEqual(await kinds(user), ["CHARGE"]);
      await fan.close();
    });

    it("to a hold leads to the same seats", async () => {
      const concert = await world.api.createConcert({});
      const fan = await Visitor.open(world, { user: await world.api.newUser() });
      await fan.enter(concert);
      const keys = await loseAnswers(fan, "**/api/v1/reservations", 1);
      await fan.pickInList(11);
      await fan.press("[data-testid=hold]");
      await fan.seeText(".bill", "Seat 11");
      assert.equal(keys.length, 1);
      await fan.close();
    });

    it("while the server is away is explained in words, and a retry helps", async () => {
      const fan = await Visitor.open(world);
      const unavailable = {
        status: 503,
        contentType: "application/problem+json",
        headers: { "Retry-After": "2" },
        body: '{"code":"unavailable","status":503}',
      };
      await fan.page.route("**/api/v1/concerts*", (route) => route.fulfill(unavailable));
      await fan.page.goto(world.url);
      await fan.seeText(".notice[data-code=unavailable]", "Nothing is lost");
      await fan.page.unrouteAll();
      await fan.press(".notice .button");
      await fan.see(".card a");
      await fan.close();
    });
  });
}
