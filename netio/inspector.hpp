#pragma once

#include <netio/unix_endpoint.hpp>

#include <fibers/runtime.hpp>

#include <memory>

namespace netio {

/// Lets others look into a runtime while it runs, through a Unix socket: weft_top, or
/// `echo stacks | nc -N -U PATH`. Who connects sends one line and is sent the answer:
///
/// | line                         | answer                                                        |
/// |------------------------------|---------------------------------------------------------------|
/// | `metrics`                    | fibers::to_prometheus()                                       |
/// | `fibers`, `stacks`           | fibers::to_text(fibers::dump_fibers()), without and with stacks |
/// | `fibers json`, `stacks json` | the same as JSON, one object with its members' names          |
///
/// It has a thread and a runtime of its own, so it answers whatever the workers are held by. While it lives no
/// deadlock is reported (runtime_options::on_deadlock), since that thread might end it; it is seen here.
///
/// The socket's file has the mode 0600 from the beginning, and whoever is neither the same user nor root is not answered.
class inspector {
  public:
    /// Listens. The runtime must live longer than this; it need not run yet.
    /// *Fails with* std::errc::address_in_use and what else unix_listener fails with; what the system says
    /// where no thread can be made.
    inspector(fibers::runtime& inspected, const unix_endpoint& local);
    /// Cuts off those who are being answered, and waits until they are.
    ~inspector();
    inspector(const inspector&) = delete;
    inspector& operator=(const inspector&) = delete;

    const unix_endpoint& local_endpoint() const noexcept;

  private:
    class server;

    std::unique_ptr<server> server_;
};

} // namespace netio
