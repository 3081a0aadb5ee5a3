#include <fibers/detail/record_pool.hpp>

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace fibers::detail {

namespace {

constexpr std::size_t chunk_size = std::size_t{2} << 20; // a huge page
// A huge page is there as a whole, which is much for few fibers and nothing for many.
constexpr std::size_t chunks_of_small_pages = 4;
constexpr std::int64_t all_to_come = std::int64_t{1} << 40;

/// Memory aligned to its size. Straight from the system, where neighbours melt into one mapping.
void* map_chunk() {
    const auto map = [](std::size_t size) {
        void* const memory =
            ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            throw std::bad_alloc();
        return static_cast<std::byte*>(memory);
    };
    const auto misalignment = [](const std::byte* memory) {
        return reinterpret_cast<std::uintptr_t>(memory) % chunk_size;
    };
    std::byte* const memory = map(chunk_size);
    if (misalignment(memory) == 0)
        return memory;
    ::munmap(memory, chunk_size);
    std::byte* const larger = map(2 * chunk_size);
    const std::size_t before = (chunk_size - misalignment(larger)) % chunk_size;
    if (before > 0)
        ::munmap(larger, before);
    ::munmap(larger + before + chunk_size, chunk_size - before);
    return larger + before;
}

} // namespace

/// Lies at the beginning of its own memory, which is aligned to chunk_size.
///
/// | out           | meaning                                                              |
/// |---------------|----------------------------------------------------------------------|
/// | all_to_come-n | blocks are still cut from it; n of those that were have come back    |
/// | n             | retired; n blocks are not back yet                                   |
/// | 0             | retired, all are back: freed by whoever has brought that about       |
struct alignas(64) record_pool::chunk {
    std::atomic<std::int64_t> out{all_to_come};
    std::int64_t blocks_cut = 0;
    std::size_t used = sizeof(chunk);

    static chunk* of(void* block) noexcept {
        const auto address = reinterpret_cast<std::uintptr_t>(block);
        return reinterpret_cast<chunk*>(address & ~(chunk_size - 1));
    }

    void come_back(std::int64_t blocks) noexcept {
        if (out.fetch_sub(blocks, std::memory_order_acq_rel) == blocks)
            ::munmap(this, chunk_size);
    }
};

record_pool::~record_pool() {
    for (size_class& c : classes_)
        give_back(c, c.count);
    retire();
}

void* record_pool::cut(std::size_t size) {
    if (!current_ || current_->used + size > chunk_size) {
        void* const memory = map_chunk();
        if (++chunks_made_ > chunks_of_small_pages)
            ::madvise(memory, chunk_size, MADV_HUGEPAGE);
        retire();
        current_ = new (memory) chunk;
    }
    std::byte* const block = reinterpret_cast<std::byte*>(current_) + current_->used;
    current_->used += size;
    ++current_->blocks_cut;
    return block;
}

void record_pool::retire() noexcept {
    if (current_)
        current_->come_back(all_to_come - current_->blocks_cut);
    current_ = nullptr;
}

void record_pool::give_back(size_class& c, std::size_t blocks) noexcept {
    for (; blocks > 0; --blocks) {
        free_block* const freed = c.first;
        c.first = freed->next;
        --c.count;
        chunk::of(freed)->come_back(1);
    }
}

void* record_pool::allocate_outside(std::size_t size) {
    if (!pooled(size))
        return ::operator new(size);
    thread_local record_pool of_thread;
    return of_thread.cut(rounded(size));
}

void record_pool::deallocate_outside(void* memory, std::size_t size) noexcept {
    if (!pooled(size))
        return ::operator delete(memory);
    chunk::of(memory)->come_back(1);
}

bool record_pool::trimmable() const noexcept {
    return std::any_of(classes_.begin(), classes_.end(),
                       [](const size_class& c) { return c.count > hot_reserve; });
}

bool record_pool::trim() noexcept {
    bool more = false;
    for (size_class& c : classes_) {
        const std::size_t unused = c.low_water > hot_reserve ? c.low_water - hot_reserve : 0;
        give_back(c, std::min(unused, trim_batch));
        more = more || unused > trim_batch;
        c.low_water = unused > trim_batch ? c.low_water - trim_batch : c.count;
    }
    return more;
}

} // namespace fibers::detail
