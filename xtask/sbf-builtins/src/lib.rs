//! The functions that a compiler for Solana programs calls without being asked to: 128-bit arithmetic here,
//! memory and floats from `solana-compiler-builtins`.
//!
//! LLVM wants `__multi3` and its kin to return 128 bits in two registers. Rust before 1.100 returns them
//! through a pointer, so the names that LLVM calls are defined in `wide.ll`, which calls the functions below.
#![no_std]

use solana_compiler_builtins as _;

mod wide;

use wide::Wide;

/// `left * right` modulo 2^128, for signed and unsigned numbers alike.
#[unsafe(no_mangle)]
pub extern "C" fn modchains_wide_multiply(out: &mut Wide, left: &Wide, right: &Wide) {
    *out = wide::multiply(*left, *right);
}

/// The quotient of unsigned numbers, rounded down.
#[unsafe(no_mangle)]
pub extern "C" fn modchains_wide_divide(out: &mut Wide, number: &Wide, divisor: &Wide) {
    *out = wide::divide(*number, *divisor).0;
}

/// The remainder of unsigned numbers.
#[unsafe(no_mangle)]
pub extern "C" fn modchains_wide_remainder(out: &mut Wide, number: &Wide, divisor: &Wide) {
    *out = wide::divide(*number, *divisor).1;
}
