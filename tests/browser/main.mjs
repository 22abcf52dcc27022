// The suite `browser`: an installation, a Chromium, and the scenarios side by side, each test in a
// browser context of its own.
// usage: node main.mjs BUILD_DIRECTORY

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { Api } from "./support/api.mjs";
import { launch } from "./support/browser.mjs";
import { Installation } from "./support/installation.mjs";
import { arena } from "./scenarios/arena.mjs";
import { fairness } from "./scenarios/fairness.mjs";
import { journey } from "./scenarios/journey.mjs";
import { lostAnswers } from "./scenarios/lost_answers.mjs";
import { money } from "./scenarios/money.mjs";
import { organiser } from "./scenarios/organiser.mjs";
import { restart } from "./scenarios/restart.mjs";
import { seats } from "./scenarios/seats.mjs";
import { slowNetwork } from "./scenarios/slow_network.mjs";
import { steady } from "./scenarios/steady.mjs";
import { tabs } from "./scenarios/tabs.mjs";
import { tour } from "./scenarios/tour.mjs";
import { waitingRoom } from "./scenarios/waiting_room.mjs";

const build = process.argv[2];
if (!build) throw new Error("usage: node main.mjs BUILD_DIRECTORY");

const sideBySide = [
  tour,
  waitingRoom,
  fairness,
  seats,
  lostAnswers,
  steady,
  slowNetwork,
  organiser,
  journey,
  money,
  tabs,
  arena,
];
const alone = [restart];
// How many at once: each has its own pages, and two processors draw them.
const SIDE_BY_SIDE = 5;

// What every scenario uses: {url, api, browser, screenshots, installation}
const world = { screenshots: join(build, "..", "screenshots") };

describe("the web client", () => {
  before(async () => {
    await mkdir(world.screenshots, { recursive: true });
    world.installation = await Installation.start(process.env.STAGEDOOR_BIN ?? join(build, "bin"));
    world.url = world.installation.url;
    world.api = new Api(world.installation);
    world.browser = await launch();
  });

  after(async () => {
    await world.browser?.close();
    await world.installation?.stop();
  });

  const chosen = ({ name }) => !process.env.SCENARIO || name === process.env.SCENARIO;

  describe("in scenarios side by side", { concurrency: SIDE_BY_SIDE }, () => {
    // The tests of a scenario follow one another unless it says otherwise.
    for (const scenario of sideBySide.filter(chosen))
      describe(scenario.name, { concurrency: 1 }, () => scenario(world));
  });

  for (const scenario of alone.filter(chosen)) scenario(world);
});
