//! Labels at the ends of lines, moved apart so that no two overlap.

/// The smallest distance between two labels.
const GAP: f64 = 20.0;

/// A label.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// The vertical position of the line that the label names.
    pub y: f64,
    /// The name.
    pub text: String,
}

/// Moves labels apart, keeping their order and staying between `top` and `bottom`.
pub fn spread(mut labels: Vec<Label>, top: f64, bottom: f64) -> Vec<Label> {
    labels.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut least = top;
    for label in &mut labels {
        label.y = label.y.max(least);
        least = label.y + GAP;
    }
    let mut most = bottom;
    for label in labels.iter_mut().rev() {
        label.y = label.y.min(most);
        most = label.y - GAP;
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_their_order_and_their_distance() {
        let label = |y: f64| Label { y, text: String::new() };
        for heights in [vec![10.0, 10.0, 10.0], vec![0.0, 95.0, 100.0], vec![50.0, 52.0, 54.0]] {
            let labels = spread(heights.iter().map(|y| label(*y)).collect(), 0.0, 100.0);
            assert!(labels.windows(2).all(|w| w[1].y - w[0].y >= GAP), "{labels:?}");
            assert!(labels.iter().all(|l| (0.0..=100.0).contains(&l.y)), "{labels:?}");
        }
    }
}
