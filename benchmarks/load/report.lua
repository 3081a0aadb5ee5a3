-- What wrk has measured, as one line of JSON behind its own report. Functions for single requests are left out:
-- with one, wrk would call Lua for each.
function done(summary, latency)
    local errors = 0
    for _, count in pairs(summary.errors) do
        errors = errors + count
    end
    io.write(string.format(
        '{"requests": %d, "seconds": %.6f, "errors": %d, "p50_us": %.0f, "p99_us": %.0f}\n',
        summary.requests, summary.duration / 1e6, errors, latency:percentile(50),
        latency:percentile(99)))
end
