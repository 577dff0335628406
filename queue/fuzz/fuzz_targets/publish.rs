//! See [`targets::bodies::publish`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::bodies::publish(data));
