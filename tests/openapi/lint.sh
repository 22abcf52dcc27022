#!/usr/bin/env bash
# lint.sh DOCUMENT: every recommended rule of Redocly, warnings included.
set -euo pipefail
document=$1
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
# shellcheck disable=SC2016
node_modules/.bin/redocly lint --extends recommended --format json "$document" | node -e '
  const { totals, problems } = JSON.parse(require("fs").readFileSync(0));
  for (const p of problems) console.log(`${p.severity} ${p.ruleId}: ${p.message}`);
  process.exit(totals.errors + totals.warnings === 0 ? 0 : 1);'
