// An installation for the tests alone: temporary home, free port, stopped and audited at the end.

import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const source = fileURLToPath(new URL("../../..", import.meta.url));

export class Installation {
  // binaries: the folder of the built handlers
  static async start(binaries) {
    const home = await mkdtemp(join(tmpdir(), "stagedoor-browser-"));
    const port = await freePort(Number(process.env.TEST_PORTS_FROM ?? 21_000));
    const installation = new Installation(home, port, binaries);
    // The address that `up` prints.
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
      // A busy machine is no memcached that hangs, and no overload.
      STAGEDOOR_MEMCACHED_TIMEOUT: "500",
      STAGEDOOR_WAIT_MAX: "20000",
    };
  }

  async command(...args) {
    const { stdout } = await run(join(source, "stagedoor"), args, { env: this.environment });
    return stdout.trim();
  }

  // Runs SQL, one statement or several.
  async query(sql) {
    const options = join(this.home, "run/stagedoor_db.cnf");
    await run("mariadb", [`--defaults-file=${options}`, "-D", "stagedoor", "-e", sql]);
  }

  // Moves the deadline of a hold, wherever it is kept.
  async moveDeadline(reservationId, fromNowMs) {
    const id = reservationId.replaceAll("-", "");
    await this.query(`
      SET @deadline = SYSDATE(6) + INTERVAL ${fromNowMs * 1000} MICROSECOND;
      START TRANSACTION;
      UPDATE queue_tokens SET held_until = @deadline, ends_at = @deadline WHERE hold_id = x'${id}';
      UPDATE seats SET held_until = @deadline WHERE reservation_id = x'${id}';
      UPDATE reservations SET held_until = @deadline WHERE reservation_id = x'${id}';
      COMMIT`);
  }

  // Every invariant of the audit holds after the last test.
  async stop() {
    try {
      await this.command("audit");
    } finally {
      await this.command("down");
      await rm(this.home, { recursive: true, force: true });
    }
  }
}

// Any of the thousand, as other suites look for one at the same time.
async function freePort(from) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = from + randomInt(1000);
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
