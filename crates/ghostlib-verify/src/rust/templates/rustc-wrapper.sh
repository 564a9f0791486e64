#!/bin/sh
# Puts counters into the library and into the driver, where the library's generic functions are compiled; not into
# what the library depends on, nor into its build script. All functions of the library in one piece, so that the
# linker takes those too that nothing calls.
case "$CARGO_CRATE_NAME" in
build_script_*) ;;
*)
    case "$CARGO_MANIFEST_DIR" in
    "$GHOSTLIB_LIBRARY")
        exec "$@" -C instrument-coverage -C llvm-args=-enable-name-compression=false -C codegen-units=1
        ;;
    "$GHOSTLIB_DRIVER")
        exec "$@" -C instrument-coverage -C llvm-args=-enable-name-compression=false
        ;;
    esac
    ;;
esac
exec "$@"
