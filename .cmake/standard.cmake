# What every target of ours is compiled with: the language standard and hardening, and the warnings.
add_library(standard_settings INTERFACE)
target_compile_features(standard_settings INTERFACE cxx_std_20)
target_include_directories(standard_settings INTERFACE ${CMAKE_SOURCE_DIR}/include)
target_compile_options(standard_settings INTERFACE -fstack-protector-strong -ffunction-sections -fdata-sections)
target_link_options(standard_settings INTERFACE -Wl,--gc-sections)
set_property(TARGET standard_settings PROPERTY INTERFACE_POSITION_INDEPENDENT_CODE ON)

if(SIDEKICK_ASAN)
  target_compile_options(standard_settings INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(standard_settings INTERFACE -fsanitize=address,undefined)
endif()
if(SIDEKICK_TSAN)
  # Asio has fences, which the sanitizer does not follow; what it shares is under mutexes too.
  target_compile_options(standard_settings INTERFACE -fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
  target_link_options(standard_settings INTERFACE -fsanitize=thread)
endif()
if(SIDEKICK_FUZZ)
  target_compile_options(standard_settings INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(standard_settings INTERFACE -fsanitize=address,undefined)
endif()

add_library(standard_warnings INTERFACE)
target_compile_options(standard_warnings INTERFACE
  -Werror -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wcast-align -Wunused -Wdouble-promotion -Wformat=2 -Wimplicit-fallthrough
  # bson_t is over-aligned, which std::vector honours whatever this warning says.
  -Wno-ignored-attributes)
if(SIDEKICK_ASAN OR SIDEKICK_TSAN)
  # What the sanitizers add makes GCC see false paths through Boost's headers.
  target_compile_options(standard_warnings INTERFACE -Wno-maybe-uninitialized)
endif()

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
  target_link_libraries(${name} PUBLIC standard_settings ${ARG_LINK} PRIVATE standard_warnings ${ARG_PRIVATE})
endfunction()
