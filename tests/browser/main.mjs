// The suite `browser`: an installation, a Chromium, and every scenario one after another.
// usage: node main.mjs BUILD_DIRECTORY

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { Api } from "./support/api.mjs";
import { launch } from "./support/browser.mjs";
import { Installation } from "./support/installation.mjs";
import { arena } from "./scenarios/arena.mjs";
import { journey } from "./scenarios/journey.mjs";
import { lostAnswers } from "./scenarios/lost_answers.mjs";
import { money } from "./scenarios/money.mjs";
import { organiser } from "./scenarios/organiser.mjs";
import { seats } from "./scenarios/seats.mjs";
import { slowNetwork } from "./scenarios/slow_network.mjs";
import { steady } from "./scenarios/steady.mjs";
import { tabs } from "./scenarios/tabs.mjs";
import { tour } from "./scenarios/tour.mjs";
import { waitingRoom } from "./scenarios/waiting_room.mjs";

const build = process.argv[2];
if (!build) throw new Error("usage: node main.mjs BUILD_DIRECTORY");

// What every scenario uses: {url, api, browser, screenshots, installation}
const world = { screenshots: join(build, "..", "screenshots") };

describe("the web client", () => {
  before(async () => {
    await mkdir(world.screenshots, { recursive: true });
    world.installation = await Installation.start(join(build, "bin"));
    world.url = world.installation.url;
    world.api = new Api(world.installation);
    world.browser = await launch();
  });

  after(async () => {
    await world.browser?.close();
    await world.installation?.stop();
  });

  // The tour and the newcomer come first: they see what is on sale then, and nothing else.
  const only = process.env.SCENARIO;
  for (const scenario of [
    tour,
    journey,
    waitingRoom,
    seats,
    lostAnswers,
    money,
    organiser,
    steady,
    tabs,
    slowNetwork,
    arena,
  ]) {
    if (!only || scenario.name === only) scenario(world);
  }
});
