#include <fibers/detail/fiber_record.hpp>

#include <fibers/detail/record_pool.hpp>
#include <fibers/detail/worker.hpp>

#include <exception>
#include <system_error>

namespace fibers::detail {

void* fiber_record::operator new(std::size_t size) {
    return this_worker ? this_worker->records().allocate(size)
                       : record_pool::allocate_outside(size);
}

void fiber_record::operator delete(void* memory, std::size_t size) noexcept {
    if (this_worker)
        this_worker->records().deallocate(memory, size);
    else
        record_pool::deallocate_outside(memory, size);
}

void* fiber_record::operator new(std::size_t size, std::align_val_t alignment) {
    return ::operator new(size, alignment);
}

void fiber_record::operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept {
    ::operator delete(memory, alignment);
}

agent_locals& fiber_record::own_locals() {
    if (!locals_)
        locals_ = std::make_unique<agent_locals>();
    return *locals_;
}

void fiber_record::end_own_locals() noexcept {
    locals_->end();
    locals_.reset();
}

bool fiber_record::abandon_queued() noexcept {
    if (!leave_queue(queue_state::abandoned))
        return false;
    request_stop();
    abandon(std::make_exception_ptr(std::system_error(
        std::make_error_code(std::errc::operation_canceled), "fibers: the runtime has not run")));
    conclude();
    return true;
}

} // namespace fibers::detail
