// A Stagedoor of its own for the tests: temporary home, free port, stopped and audited at the end.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const source = fileURLToPath(new URL("../../..", import.meta.url));

export class Installation {
  // binaries: the folder of the handlers that were built
  static async start(binaries) {
    const home = await mkdtemp(join(tmpdir(), "stagedoor-browser-"));
    const port = await freePort(Number(process.env.TEST_PORTS_FROM ?? 21000));
    const installation = new Installation(home, port, binaries);
    // What `up` tells a newcomer to open.
    [installation.url] = (await installation.command("up")).match(/http:\/\/[^\s]+/);
    installation.adminToken = await installation.command("token", "--admin");
    return installation;
  }

  constructor(home, port, binaries) {
    this.home = home;
    this.environment = {
      ...process.env,
      STAGEDOOR_HOME: home,
      STAGEDOOR_PORT: String(port),
      STAGEDOOR_BIN: binaries,
      STAGEDOOR_RATE_LIMITS: "off",
      // A processor that is taken away for a while is no memcached that hangs.
      STAGEDOOR_MEMCACHED_TIMEOUT: "500",
    };
  }

  async command(...args) {
    const { stdout } = await run(join(source, "stagedoor"), args, { env: this.environment });
    return stdout.trim();
  }

  // Every invariant holds after all that the tests did.
  async stop() {
    try {
      await this.command("audit");
    } finally {
      await this.command("down");
      await rm(this.home, { recursive: true, force: true });
    }
  }
}

async function freePort(from) {
  for (let port = from; port < from + 1000; port += 1) {
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port from ${from} on`);
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
