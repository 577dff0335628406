//! See [`targets::bodies::batch`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::bodies::batch(data));
