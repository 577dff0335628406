//! The Mandelbrot set, and the views of it that the pictures show.

/// A picture's width in pixels.
pub const WIDTH: u32 = 1280;
/// A picture's height in pixels.
pub const HEIGHT: u32 = 800;

/// The darkest shade of points outside the set; points in the set are black (0).
const DARKEST: f64 = 24.0;

/// A part of the complex plane that a picture shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// The real part of the picture's centre.
    pub re: f64,
    /// The imaginary part of the picture's centre; up is positive.
    pub im: f64,
    /// The picture's width in the plane.
    pub width: f64,
    /// A point that has not escaped after this number of steps counts as a point of the set.
    pub limit: u32,
    /// About the lowest number of steps of any point in this view; it gives the darkest shade.
    pub floor: u32,
}

/// The views, from the whole set to ever smaller details; each needs about the same work.
pub const VIEWS: [View; 8] = [
    // The whole set.
    View { re: -0.65, im: 0.0, width: 3.6, limit: 1000, floor: 1 },
    // A small copy of the set on its western spike.
    View { re: -1.754_88, im: 0.0, width: 0.05, limit: 1000, floor: 10 },
    // A bent copy of the set on its northern branches.
    View { re: -0.1592, im: 1.0317, width: 0.03, limit: 1000, floor: 10 },
    // Flower-like shapes north of the neck of the set.
    View { re: -0.722, im: 0.246, width: 0.019, limit: 1000, floor: 30 },
    // The "valley of the elephants".
    View { re: 0.286_93, im: 0.014_287, width: 0.0015, limit: 1000, floor: 50 },
    // A fan in the "valley of the sea horses".
    View { re: -0.748, im: 0.1, width: 0.0014, limit: 2000, floor: 50 },
    // The tail of one sea horse.
    View { re: -0.743_643_9, im: 0.131_825_9, width: 0.000_3, limit: 2000, floor: 100 },
    // The centre of a spiral, which looks like an eye.
    View { re: -1.250_66, im: 0.020_12, width: 0.000_17, limit: 2000, floor: 50 },
];

impl View {
    /// The view of the picture with this number; after the last view the first one follows.
    pub fn of_picture(picture: u64) -> View {
        VIEWS[(picture % VIEWS.len() as u64) as usize]
    }

    /// The shade at a point of the picture, in pixels from its upper left corner. It is 0 in the
    /// set; outside, points closer to the set are lighter.
    pub fn shade(&self, x: f64, y: f64) -> u8 {
        let scale = self.width / f64::from(WIDTH);
        let re = self.re + (x - f64::from(WIDTH / 2)) * scale;
        let im = self.im - (y - f64::from(HEIGHT / 2)) * scale;
        escape(re, im, self.limit).map_or(0, |steps| self.shade_of(steps))
    }

    /// Computes a point's shade from the logarithm of its steps, which increase fast near the set.
    fn shade_of(&self, steps: u32) -> u8 {
        let floor = f64::from(self.floor);
        let depth = (f64::from(steps) / floor).ln() / (f64::from(self.limit) / floor).ln();
        (DARKEST + depth.clamp(0.0, 1.0).sqrt() * (255.0 - DARKEST)) as u8
    }
}

/// The number of steps of z -> z² + c after which the point c escapes to infinity; `None` if it
/// does not escape within `limit` steps.
pub fn escape(re: f64, im: f64, limit: u32) -> Option<u32> {
    let (mut x, mut y) = (0.0, 0.0);
    for step in 0..limit {
        let (x2, y2) = (x * x, y * y);
        // A point farther from 0 than 2 never comes back.
        if x2 + y2 > 4.0 {
            return Some(step);
        }
        (x, y) = (x2 - y2 + re, 2.0 * x * y + im);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_the_set_never_escape() {
        for (re, im) in [(0.0, 0.0), (-1.0, 0.0), (0.25, 0.0), (-2.0, 0.0), (0.0, 1.0)] {
            assert_eq!(escape(re, im, 10_000), None, "{re} {im}");
        }
    }

    #[test]
    fn points_outside_escape_the_sooner_the_farther() {
        assert_eq!(escape(3.0, 0.0, 1000), Some(1));
        assert_eq!(escape(1.0, 0.0, 1000), Some(3));
        assert!(escape(0.26, 0.0, 1000) > Some(20));
    }

    #[test]
    fn the_set_is_black_and_its_rim_is_lighter_than_the_far_outside() {
        let whole = VIEWS[0];
        assert_eq!(whole.shade(640.0, 400.0), 0);
        assert!(whole.shade(969.0, 400.0) > whole.shade(1279.0, 400.0));
    }

    #[test]
    fn every_view_is_deeper_than_the_one_before() {
        assert!(VIEWS.windows(2).all(|pair| pair[0].width > pair[1].width));
    }
}
