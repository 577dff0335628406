//! The Mandelbrot set, and the camera's way through it: the film that the frames make.

use std::f64::consts::TAU;

/// A frame's width in pixels.
pub const WIDTH: u32 = 576;
/// A frame's height in pixels.
pub const HEIGHT: u32 = 360;
/// The frames of the film. After the last one the film begins again without a jump, because the
/// camera is back where it began.
pub const FRAMES: u64 = 240;

/// The darkest shade of points outside the set; points in the set are black (0).
const DARKEST: f64 = 24.0;
/// A point farther from 0 than the square root of this escapes. More than the necessary 4, so that
/// the steps can be divided into smooth fractions.
const FAR: f64 = 256.0;

/// The film's widest view, the whole set, from which the camera begins.
const WIDE: End = End { re: -0.65, im: 0.0, width: 3.2, limit: 130.0, floor: 1.8 };
/// The film's closest view, the tail of a shape that is called a sea horse.
const CLOSE: End =
    End { re: -0.743_643_887, im: 0.131_825_904, width: 0.0008, limit: 1000.0, floor: 55.0 };

/// One end of the camera's way.
#[derive(Debug, Clone, Copy)]
struct End {
    re: f64,
    im: f64,
    width: f64,
    limit: f64,
    floor: f64,
}

/// The part of the complex plane that a frame shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// The real part of the frame's centre.
    pub re: f64,
    /// The imaginary part of the frame's centre; up is positive.
    pub im: f64,
    /// The frame's width in the plane.
    pub width: f64,
    /// How far the camera is turned, in radians.
    pub turn: f64,
    /// A point that has not escaped after this number of steps counts as a point of the set. It
    /// grows with the detail, so that all frames need about the same work.
    pub limit: f64,
    /// About the lowest number of steps of any point in this view; it gives the darkest shade.
    pub floor: f64,
}

impl View {
    /// The view of the frame with this number. The camera closes in on a sea horse and draws back
    /// again, and turns once around itself; it starts and arrives slowly.
    pub fn of_frame(frame: u64) -> View {
        let way = (frame % FRAMES) as f64 / FRAMES as f64 * TAU;
        let near = (1.0 - way.cos()) / 2.0;
        // Each frame is larger than the one before by a factor, which looks like an even speed.
        let between = |wide: f64, close: f64| wide * (close / wide).powf(near);
        let width = between(WIDE.width, CLOSE.width);
        // The share of the way to `WIDE` at which the point closed in on moves to the centre.
        let off = (width - CLOSE.width) / (WIDE.width - CLOSE.width);
        View {
            re: CLOSE.re + off * (WIDE.re - CLOSE.re),
            im: CLOSE.im + off * (WIDE.im - CLOSE.im),
            width,
            turn: way,
            limit: between(WIDE.limit, CLOSE.limit),
            floor: between(WIDE.floor, CLOSE.floor),
        }
    }

    /// The shade at a point of the frame, in pixels from its upper left corner. It is 0 in the
    /// set; outside, points closer to the set are lighter.
    pub fn shade(&self, x: f64, y: f64) -> u8 {
        let scale = self.width / f64::from(WIDTH);
        let (x, y) = ((x - f64::from(WIDTH / 2)) * scale, (y - f64::from(HEIGHT / 2)) * scale);
        let (sin, cos) = self.turn.sin_cos();
        let (re, im) = (self.re + x * cos - y * sin, self.im - x * sin - y * cos);
        escape(re, im, self.limit as u32).map_or(0, |steps| self.shade_of(steps))
    }

    /// Computes a point's shade from the logarithm of its steps, which increase fast near the set.
    fn shade_of(&self, steps: f64) -> u8 {
        let depth = (steps / self.floor).ln() / (self.limit / self.floor).ln();
        (DARKEST + depth.clamp(0.0, 1.0).sqrt() * (255.0 - DARKEST)) as u8
    }
}

/// The number of steps of z -> z² + c after which the point c escapes to infinity; `None` if it
/// does not escape within `limit` steps. The number is a fraction that grows smoothly towards the
/// set, so that shades have no edges, which would flicker from frame to frame.
pub fn escape(re: f64, im: f64, limit: u32) -> Option<f64> {
    let (mut x, mut y) = (0.0, 0.0);
    for step in 0..limit {
        let (x2, y2) = (x * x, y * y);
        let distance = x2 + y2;
        if distance > FAR {
            return Some(f64::from(step) + 1.0 - (distance.ln() / FAR.ln()).log2());
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
        let steps = [3.0, 1.0, 0.3, 0.26].map(|re| escape(re, 0.0, 1000).unwrap());
        assert!(steps.windows(2).all(|pair| pair[0] < pair[1]), "{steps:?}");
        assert!(steps[0] < 4.0 && steps[3] > 20.0, "{steps:?}");
    }

    #[test]
    fn steps_grow_smoothly_towards_the_set() {
        let steps = (0..=400).map(|i| escape(1.0 - f64::from(i) / 1000.0, 0.0, 1000).unwrap());
        let steps: Vec<f64> = steps.collect();
        assert!(steps.windows(2).all(|pair| (0.0..0.05).contains(&(pair[1] - pair[0]))));
    }

    #[test]
    fn the_set_is_black_and_its_rim_is_lighter_than_the_far_outside() {
        let whole = View::of_frame(0);
        assert_eq!(whole.shade(288.0, 180.0), 0);
        assert!(whole.shade(500.0, 180.0) > whole.shade(575.0, 180.0));
    }

    #[test]
    fn consecutive_frames_are_close_together_and_the_last_is_followed_by_the_first() {
        assert_eq!(View::of_frame(FRAMES), View::of_frame(0));
        for frame in 0..FRAMES {
            let (one, next) = (View::of_frame(frame), View::of_frame(frame + 1));
            let moved = (next.re - one.re).hypot(next.im - one.im) / one.width;
            let turned = (next.turn - one.turn).rem_euclid(TAU).to_degrees();
            assert!((0.88..1.13).contains(&(next.width / one.width)), "{frame}: {next:?}");
            assert!(moved < 0.02 && turned < 1.6, "{frame}: {moved} {turned}");
        }
    }

    #[test]
    fn the_camera_closes_in_for_half_of_the_film_and_then_draws_back() {
        let wider = |frame| View::of_frame(frame).width > View::of_frame(frame + 1).width;
        assert!((0..FRAMES / 2).all(wider));
        assert!(!(FRAMES / 2..FRAMES).any(wider));
    }
}
