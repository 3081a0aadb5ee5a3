#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

namespace fibers::detail {

/// Values, first in, first out. They lie in blocks of about a kilobyte and are never moved about. An
/// empty queue begins again at the start of its block, where the cache is hot; and one block that
/// has become free is kept, so that a steady stream allocates nothing.
template <class T>
class value_queue {
  public:
    value_queue() noexcept = default;
    ~value_queue() {
        while (!empty())
            pop_front();
        delete first_;
        delete spare_;
    }
    value_queue(const value_queue&) = delete;
    value_queue& operator=(const value_queue&) = delete;

    bool empty() const noexcept { return size_ == 0; }
    std::size_t size() const noexcept { return size_; }

    /// What the allocation or the move throws leaves the queue and `value` as they were, as far as
    /// the move does.
    void push_back(T&& value) {
        if (end_ == block_size) {
            push_back_in_new_block(std::move(value));
        } else {
            std::construct_at(last_->at(end_), std::move(value));
            ++end_;
        }
        ++size_;
    }

    /// Not for an empty queue.
    T& front() noexcept { return *first_->at(begin_); }

    /// Not for an empty queue.
    void pop_front() noexcept {
        std::destroy_at(first_->at(begin_));
        ++begin_;
        if (--size_ == 0)
            begin_ = end_ = 0;
        else if (begin_ == block_size)
            drop_first_block();
    }

  private:
    static constexpr std::size_t block_size = std::max<std::size_t>(8, 1008 / sizeof(T));

    struct block {
        T* at(std::size_t i) noexcept { return reinterpret_cast<T*>(room) + i; }

        block* next = nullptr;
        alignas(T) std::byte room[block_size * sizeof(T)];
    };

    void push_back_in_new_block(T&& value) {
        if (!spare_)
            spare_ = new block;
        std::construct_at(spare_->at(0), std::move(value));
        (first_ ? last_->next : first_) = spare_;
        last_ = std::exchange(spare_, nullptr);
        end_ = 1;
    }

    void drop_first_block() noexcept {
        block* const drained = std::exchange(first_, first_->next);
        drained->next = nullptr;
        begin_ = 0;
        delete std::exchange(spare_, drained);
    }

    block* first_ = nullptr;
    block* last_ = nullptr; // meaningless while there is no first
    block* spare_ = nullptr;
    std::size_t begin_ = 0;        // in the first block
    std::size_t end_ = block_size; // in the last
    std::size_t size_ = 0;
};

} // namespace fibers::detail
