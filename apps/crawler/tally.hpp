#pragma once

#include <cstddef>
#include <cstdint>

/// What has been done, by one thread or all.
struct tally {
    std::size_t pages = 0;
    std::size_t broken = 0;     ///< links to what does not exist
    std::size_t disallowed = 0; ///< pages that their hosts do not want to be fetched
    std::size_t bytes = 0;
    std::uint64_t checksum = 0; ///< of all bodies, in any order

    tally& operator+=(const tally& other) noexcept {
        pages += other.pages;
        broken += other.broken;
        disallowed += other.disallowed;
        bytes += other.bytes;
        checksum += other.checksum;
        return *this;
    }
};
