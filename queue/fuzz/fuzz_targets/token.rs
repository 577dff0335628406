//! See [`targets::token::token`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::token::token(data));
