#include <fibers/fiber_id.hpp>

#include <ostream>

namespace fibers {

std::ostream& operator<<(std::ostream& out, fiber_id id) {
    return id == fiber_id{} ? out << "no fiber" : out << id.identity_;
}

} // namespace fibers
