# The libraries we build on, each as one target dep_NAME, so that the static link is settled in one place.
if(SIDEKICK_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
endif()
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)

# fmt and spdlog are used as headers only: the few files that include them are compiled once, and nothing more is linked.
add_library(dep_spdlog INTERFACE)
target_compile_definitions(dep_spdlog INTERFACE SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY)

# Boost is used as headers: Process v2 and Asio need no library, and jobs/shared/base/boost_json.cpp compiles Boost.JSON.
add_library(dep_boost INTERFACE)
target_compile_definitions(dep_boost INTERFACE BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(dep_boost INTERFACE Threads::Threads)

if(SIDEKICK_STATIC)
  include(.cmake/static.cmake)
  return()
endif()

# dep_NAME: the shared library that pkg-config knows as MODULE.
function(shared_dependency target module)
  pkg_check_modules(${target}_PC REQUIRED IMPORTED_TARGET ${module})
  add_library(${target} ALIAS PkgConfig::${target}_PC)
endfunction()

shared_dependency(dep_mongoc libmongoc-1.0)
shared_dependency(dep_lzma liblzma)
shared_dependency(dep_zstd libzstd)
shared_dependency(dep_deflate libdeflate)
shared_dependency(dep_yaml yaml-cpp)
shared_dependency(dep_git2 libgit2)
shared_dependency(dep_ssh2 libssh2)
shared_dependency(dep_openssl openssl)
