//! Labels beside a drawing, moved apart so that no two overlap and no two leader lines cross.

/// The smallest distance between two labels.
pub const GAP: f64 = 26.0;

/// The heights of labels for lines or points at these heights: apart, in the same order, and
/// between `top` and `bottom` as far as there is room.
pub fn spread(heights: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by(|a, b| heights[*a].total_cmp(&heights[*b]));
    let mut places = heights.to_vec();
    let mut least = top;
    for i in &order {
        places[*i] = places[*i].max(least);
        least = places[*i] + GAP;
    }
    let mut most = bottom;
    for i in order.iter().rev() {
        places[*i] = places[*i].min(most);
        most = places[*i] - GAP;
    }
    places
}

/// The heights of the labels at `x` for points to the left of it, so that the straight lines from
/// points to labels do not cross.
///
/// Two labels change places whenever that shortens their lines together. Lines that cross are
/// always longer together than the same lines exchanged, so none cross in the end.
pub fn leaders(points: &[(f64, f64)], x: f64, top: f64, bottom: f64) -> Vec<f64> {
    let heights: Vec<f64> = points.iter().map(|(_, y)| *y).collect();
    let mut places = spread(&heights, top, bottom);
    let length = |point: (f64, f64), y: f64| (x - point.0).hypot(y - point.1);
    let mut changed = true;
    while changed {
        changed = false;
        for (i, a) in points.iter().enumerate() {
            for (j, b) in points.iter().enumerate().skip(i + 1) {
                let now = length(*a, places[i]) + length(*b, places[j]);
                let exchanged = length(*a, places[j]) + length(*b, places[i]);
                // The least gain keeps rounding errors from exchanging two labels for ever.
                if exchanged < now - 1e-9 {
                    places.swap(i, j);
                    changed = true;
                }
            }
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_keep_their_order_and_their_distance() {
        for heights in [[10.0, 10.0, 10.0], [0.0, 95.0, 100.0], [50.0, 52.0, 54.0]] {
            let places = spread(&heights, 0.0, 100.0);
            assert!(places.windows(2).all(|w| w[1] - w[0] >= GAP), "{places:?}");
            assert!(places.iter().all(|y| (0.0..=100.0).contains(y)), "{places:?}");
        }
    }

    /// On which side of the line from `a` to `b` the point is: its sign says so.
    fn side(a: (f64, f64), b: (f64, f64), point: (f64, f64)) -> f64 {
        (b.0 - a.0) * (point.1 - a.1) - (b.1 - a.1) * (point.0 - a.0)
    }

    fn cross(a: [(f64, f64); 2], b: [(f64, f64); 2]) -> bool {
        let parted = |a: [(f64, f64); 2], b: [(f64, f64); 2]| {
            side(a[0], a[1], b[0]) * side(a[0], a[1], b[1]) < -1e-6
        };
        parted(a, b) && parted(b, a)
    }

    #[test]
    fn labels_in_the_order_of_the_heights_alone_would_cross() {
        // The lower point is so far to the left that its line would run into the upper one.
        let points = [(500.0, 100.0), (100.0, 101.0), (90.0, 102.0)];
        let heights = spread(&points.map(|(_, y)| y), 0.0, 101.0);
        let line = |i: usize, heights: &[f64]| [points[i], (550.0, heights[i])];
        assert!(cross(line(0, &heights), line(1, &heights)));
        let better = leaders(&points, 550.0, 0.0, 101.0);
        assert!(!cross(line(0, &better), line(1, &better)));
    }

    proptest! {
        #[test]
        fn no_two_leader_lines_cross(
            points in prop::collection::vec((60.0..560.0, 20.0..600.0), 0..14)
        ) {
            let places = leaders(&points, 580.0, 20.0, 600.0);
            let lines: Vec<_> =
                points.iter().zip(&places).map(|(point, y)| [*point, (580.0, *y)]).collect();
            for (i, a) in lines.iter().enumerate() {
                for b in &lines[i + 1..] {
                    prop_assert!(!cross(*a, *b), "{a:?} crosses {b:?}");
                }
            }
            let mut sorted = places;
            sorted.sort_by(f64::total_cmp);
            prop_assert!(sorted.windows(2).all(|w| w[1] - w[0] >= GAP - 1e-6));
        }
    }
}
