#pragma once

#include <fibers/metrics.hpp>

#include <string>

namespace fibers {

/// The numbers in Prometheus' text format 0.0.4, as a scraper asks for them: names begin with `weft_`, times
/// are in seconds, labels are `runtime` and `worker`. The Content-Type that goes with it is
/// `text/plain; version=0.0.4`.
std::string to_prometheus(const runtime_metrics&);

} // namespace fibers
