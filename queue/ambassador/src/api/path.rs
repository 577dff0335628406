//! Parts of a path.

use percent_encoding::percent_decode_str;

/// Part of a path, as its client meant it.
pub(super) fn decoded(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}
