// check_exchanges.mjs DOCUMENT FILE...: holds every answer that the e2e tests got against the
// description of the API, and looks for answers that are described but were never seen.
import { existsSync, readFileSync } from "node:fs";
import { Description } from "./description.mjs";
import { gapsBetween, nameOf } from "./unseen.mjs";

const FINDINGS_SHOWN_MAX = 100;

const [document, ...files] = process.argv.slice(2);
const description = Description.fromFile(document);

// Files of the web client (/, /vendor/...) are no part of the API.
function isOfApi(path) {
  return path.startsWith("/api/") || ["/healthz", "/readyz", "/metrics"].includes(path.split("?")[0]);
}

const findings = new Map();
const seen = new Set();
let count = 0;
for (const file of files) {
  if (!existsSync(file)) {
    findings.set(`${file} is missing: run the suite e2e as a whole`, 1);
    continue;
  }
  for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
    const exchange = JSON.parse(line);
    if (!isOfApi(exchange.path)) continue;
    ++count;
    const { operation, code, problems } = description.check(exchange);
    const name = operation?.id ?? "no operation";
    seen.add(nameOf({ operation: name, status: exchange.status, code })).add(code);
    for (const problem of problems) {
      const finding = `${exchange.method} ${name} ${exchange.status} ${code}: ${problem}`;
      findings.set(finding, (findings.get(finding) ?? 0) + 1);
    }
    if (exchange.status === 500) findings.set(`${exchange.path}: 500 is a bug`, 1);
  }
}

for (const gap of gapsBetween(description.answers(), seen)) findings.set(gap, 1);
if (count === 0) findings.set("there was no exchange at all", 1);

for (const [finding, times] of [...findings].slice(0, FINDINGS_SHOWN_MAX)) {
  console.log(times > 1 ? `${finding} (${times} times)` : finding);
}
console.log(`${count} exchanges in ${files.length} files, ${findings.size} findings`);
process.exit(findings.size === 0 ? 0 : 1);
