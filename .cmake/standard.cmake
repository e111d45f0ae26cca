# What every target of ours is compiled with: the language standard and hardening, and the warnings.
add_library(standard_settings INTERFACE)
target_compile_features(standard_settings INTERFACE cxx_std_20)
target_include_directories(standard_settings INTERFACE ${CMAKE_SOURCE_DIR}/include)
target_compile_options(standard_settings INTERFACE -fstack-protector-strong -ffunction-sections -fdata-sections)
target_link_options(standard_settings INTERFACE -Wl,--gc-sections)
if(SIDEKICK_PCH)
  # Libraries and programs alike: a precompiled header is of use only to what is compiled with the same options.
  target_compile_options(standard_settings INTERFACE -fPIE)
else()
  set_property(TARGET standard_settings PROPERTY INTERFACE_POSITION_INDEPENDENT_CODE ON)
endif()

# The sanitizers, for our libraries and whatever is linked with them. Tests are instrumented only where they must be: the
# thread sanitizer has to see every access. For the others they are compiled as for `quick`, so that the compiler cache
# has them already.
add_library(sanitizers INTERFACE)
if(SIDEKICK_ASAN)
  target_compile_options(sanitizers INTERFACE
    -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sanitizers INTERFACE -fsanitize=address,undefined)
endif()
if(SIDEKICK_TSAN)
  # Asio has fences, which the sanitizer does not follow; what it shares is under mutexes too.
  target_compile_options(sanitizers INTERFACE -O1 -fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
  target_link_options(sanitizers INTERFACE -fsanitize=thread)
endif()
if(SIDEKICK_FUZZ)
  target_compile_options(sanitizers INTERFACE
    -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sanitizers INTERFACE -fsanitize=address,undefined)
endif()
if(SIDEKICK_ASAN OR SIDEKICK_TSAN)
  # What the sanitizers add makes GCC see false paths through the headers of Boost and of the standard library.
  target_compile_options(sanitizers INTERFACE -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow)
endif()

add_library(standard_warnings INTERFACE)
target_compile_options(standard_warnings INTERFACE
  -Werror -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wcast-align -Wunused -Wdouble-promotion -Wformat=2 -Wimplicit-fallthrough
  # bson_t is over-aligned, which std::vector honours whatever this warning says.
  -Wno-ignored-attributes)

# precompiled(NAME HEADERS SETTINGS…): a target NAME whose precompiled HEADERS those can use that are compiled with the same
# SETTINGS: use_precompiled(TARGET NAME). A source includes what it uses all the same: what ships, and lint, are compiled
# without (SIDEKICK_PCH).
function(precompiled name headers)
  if(NOT SIDEKICK_PCH)
    return()
  endif()
  file(CONFIGURE OUTPUT ${name}.cpp CONTENT "// Nothing but the header.\n")
  add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  target_link_libraries(${name} PRIVATE ${ARGN})
  target_compile_options(${name} PRIVATE -fpch-preprocess)
  target_precompile_headers(${name} PRIVATE ${headers})
endfunction()

function(use_precompiled target name)
  if(SIDEKICK_PCH)
    target_compile_options(${target} PRIVATE -fpch-preprocess)
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()

precompiled(library_headers ${CMAKE_SOURCE_DIR}/.cmake/library_headers.hpp standard_settings standard_warnings sanitizers)

# sidekick_library(NAME FOLDER [INCLUDE PREFIX] LINK … PRIVATE …): a static library of all sources in FOLDER, with its
# dependencies. Those that link it include its headers as "PREFIX/…"; PREFIX is FOLDER unless given. A library sees no
# other folder than its own and those of the libraries that it links: each has an include folder that holds nothing but
# a link to the library's own folder, so that an include against the arrows does not compile. FLAT: without the folders
# below it, and with no headers but those of include/.
function(sidekick_library name folder)
  cmake_parse_arguments(ARG "FLAT" "INCLUDE" "LINK;PRIVATE" ${ARGN})
  if(ARG_FLAT)
    file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  else()
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  endif()
  if(NOT ARG_INCLUDE)
    set(ARG_INCLUDE ${folder})
  endif()
  set(view ${CMAKE_BINARY_DIR}/include/${name})
  cmake_path(GET ARG_INCLUDE PARENT_PATH parent)
  add_library(${name} STATIC ${sources})
  if(NOT ARG_FLAT)
    file(MAKE_DIRECTORY ${view}/${parent})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${folder} ${view}/${ARG_INCLUDE} SYMBOLIC)
    target_include_directories(${name} PUBLIC ${view})
  endif()
  target_link_libraries(${name} PUBLIC standard_settings ${ARG_LINK} PRIVATE standard_warnings sanitizers ${ARG_PRIVATE})
  use_precompiled(${name} library_headers)
  set_property(GLOBAL APPEND PROPERTY SIDEKICK_LIBRARIES ${name})
endfunction()
