#pragma once

#include <apps/crawler/options.hpp>
#include <apps/crawler/tally.hpp>

/// Fetches every page that can be reached from the first, with so many threads, and returns what
/// they have found together. Throws what a thread has thrown.
tally crawl(const options&);
