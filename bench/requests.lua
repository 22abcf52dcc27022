-- wrk ... -s requests.lua URL -- FILE
-- Sends GETs with the headers of FILE in turn: a line per person, `Name: value` separated by tabs.
-- Prints one line: requests, microseconds, errors, p50 and p99 in microseconds.
local requests = {}
local at = 0

function init(args)
  for line in io.lines(args[1]) do
    local headers = {}
    for name, value in line:gmatch("([^\t:]+): ([^\t]+)") do
      headers[name] = value
    end
    requests[#requests + 1] = wrk.format("GET", nil, headers)
  end
  at = math.random(#requests)
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("%d %d %d %d %d\n", summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
