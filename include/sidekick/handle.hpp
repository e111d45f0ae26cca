/// What a C library made, with one owner.
#pragma once

#include <memory>

namespace sidekick {

template <auto free>
struct FreeWith {
  template <class T>
  void operator()(T* what) const noexcept {
    free(what);
  }
};

/// `free` is the library's function for it, and is not called for nullptr.
template <class T, auto free>
using Handle = std::unique_ptr<T, FreeWith<free>>;

}  // namespace sidekick
