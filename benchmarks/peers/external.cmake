# Peers in other languages, each built by its own tool, without network. <kind> is echo, tls, http or micro.

function(bench_go_peer kind)
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${kind}/go)
  set(program ${bench_bin}/${kind}/go)
  file(GLOB sources CONFIGURE_DEPENDS ${source}/*.go ${source}/go.mod)
  add_custom_command(OUTPUT ${program}
    COMMAND ${CMAKE_COMMAND} -E chdir ${source}
            ${CMAKE_COMMAND} -E env GOCACHE=${CMAKE_CURRENT_BINARY_DIR}/go GOPROXY=off
            ${go_program} build -o ${program} .
    DEPENDS ${sources}
    VERBATIM)
  add_custom_target(${kind}_go ALL DEPENDS ${program})
endfunction()

function(bench_tokio_peer kind)
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${kind}/tokio)
  set(copy ${CMAKE_CURRENT_BINARY_DIR}/${kind}/tokio) # cargo writes a Cargo.lock beside Cargo.toml
  set(target ${CMAKE_CURRENT_BINARY_DIR}/cargo)
  set(program ${bench_bin}/${kind}/tokio)
  file(GLOB sources CONFIGURE_DEPENDS ${source}/Cargo.toml ${source}/src/*.rs)
  add_custom_command(OUTPUT ${program}
    COMMAND ${CMAKE_COMMAND} -E copy_directory ${source} ${copy}
    COMMAND ${cargo_program} build --release --offline --quiet
            --manifest-path ${copy}/Cargo.toml --target-dir ${target}
            --config "source.crates-io.replace-with=\"debian\""
            --config "source.debian.directory=\"${bench_crates}\""
    COMMAND ${CMAKE_COMMAND} -E copy ${target}/release/tokio_${kind} ${program}
    DEPENDS ${sources}
    VERBATIM)
  add_custom_target(${kind}_tokio ALL DEPENDS ${program})
endfunction()
