# Compiler settings shared by everything, and the two functions that the rooms and their tests use.
#
#   monkafka_room(NAME SOURCES a.cc b.cc DEPS common records PRIVATE_DEPS OpenSSL::Crypto)
#   monkafka_unit_test(ROOM SOURCES a_test.cc DEPS fakes)

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

add_library(monkafka_flags INTERFACE)
target_compile_options(monkafka_flags INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -Wnull-dereference -Werror -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(monkafka_flags INTERFACE -Wthread-safety)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False positives of g++ 12's flow analysis in its own library headers; clang checks the same.
  target_compile_options(monkafka_flags INTERFACE
    -Wno-null-dereference -Wno-maybe-uninitialized -Wno-restrict -Wno-array-bounds
    -Wno-stringop-overflow -Wno-stringop-overread -Wno-dangling-pointer)
endif()

set(MONKAFKA_SANITIZE "" CACHE STRING "address,undefined or thread; empty for none")
if(MONKAFKA_SANITIZE)
  target_compile_options(monkafka_flags INTERFACE
    -fsanitize=${MONKAFKA_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(monkafka_flags INTERFACE -fsanitize=${MONKAFKA_SANITIZE})
endif()

function(monkafka_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(monkafka_${name} STATIC ${ARG_SOURCES})
  target_include_directories(monkafka_${name} PUBLIC ${CMAKE_SOURCE_DIR}/broker)
  list(TRANSFORM ARG_DEPS PREPEND monkafka_)
  target_link_libraries(monkafka_${name}
    PUBLIC monkafka_flags ${ARG_DEPS} Threads::Threads
    PRIVATE ${ARG_PRIVATE_DEPS})
endfunction()

# What `ctest -LE e2e` runs: enough for the sanitizers, which need no broker and no clients.
add_custom_target(unit_tests)

function(monkafka_unit_test room)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${room}_test ${ARG_SOURCES})
  list(TRANSFORM ARG_DEPS PREPEND monkafka_)
  target_include_directories(${room}_test PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${room}_test PRIVATE monkafka_${room} ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  add_dependencies(unit_tests ${room}_test)
  include(GoogleTest)
  gtest_discover_tests(${room}_test TEST_PREFIX ${room}. DISCOVERY_TIMEOUT 60)
endfunction()
