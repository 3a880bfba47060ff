//! The square of a picture that is kept.

/// How many times smaller than the whole the square may be.
const MOST_ZOOM: f64 = 4.0;

/// A square that lies within a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    width: f64,
    height: f64,
    /// Its centre, in pixels of the picture.
    x: f64,
    y: f64,
    /// 1 for the largest square there is.
    zoom: f64,
}

impl Frame {
    /// The largest square in the middle of a picture.
    pub fn new(width: u32, height: u32) -> Self {
        let (width, height) = (f64::from(width), f64::from(height));
        Self {
            width,
            height,
            x: width / 2.0,
            y: height / 2.0,
            zoom: 1.0,
        }
    }

    /// How often the shorter side of the picture is as long as its own.
    pub fn zoom(&self) -> f64 {
        self.zoom
    }

    /// The same in whole percent.
    pub fn percent(&self) -> u32 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "zoom is bounded"
        )]
        let percent = (self.zoom * 100.0).round() as u32;
        percent
    }

    /// The length of its sides.
    pub fn side(&self) -> f64 {
        self.width.min(self.height) / self.zoom
    }

    /// Its upper left corner.
    pub fn corner(&self) -> (f64, f64) {
        let half = self.side() / 2.0;
        (self.x - half, self.y - half)
    }

    /// Moved along, in parts of its side, as far as the picture goes.
    #[must_use]
    pub fn moved(self, x: f64, y: f64) -> Self {
        let side = self.side();
        Self {
            x: self.x + x * side,
            y: self.y + y * side,
            ..self
        }
        .within()
    }

    /// About the same centre, larger or smaller.
    #[must_use]
    pub fn zoomed(self, zoom: f64) -> Self {
        let zoom = zoom.clamp(1.0, MOST_ZOOM);
        Self { zoom, ..self }.within()
    }

    fn within(self) -> Self {
        let half = self.side() / 2.0;
        // Half a side is never more than half the picture.
        let keep = |centre: f64, length: f64| centre.max(half).min(length - half);
        Self {
            x: keep(self.x, self.width),
            y: keep(self.y, self.height),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn expect(frame: Frame, corner: (f64, f64), side: f64) {
        let (x, y) = frame.corner();
        let near = |one: f64, other: f64| (one - other).abs() < 1e-6;
        assert!(
            near(x, corner.0) && near(y, corner.1) && near(frame.side(), side),
            "{frame:?}"
        );
    }

    #[test]
    fn it_begins_as_the_largest_square_in_the_middle() {
        expect(Frame::new(800, 600), (100.0, 0.0), 600.0);
        expect(Frame::new(600, 800), (0.0, 100.0), 600.0);
        expect(Frame::new(1, 1), (0.0, 0.0), 1.0);
    }

    #[test]
    fn it_never_leaves_the_picture() {
        let frame = Frame::new(800, 600);
        expect(frame.moved(-9.0, -9.0), (0.0, 0.0), 600.0);
        expect(frame.moved(9.0, 9.0), (200.0, 0.0), 600.0);
        let near = frame.zoomed(2.0);
        expect(near, (250.0, 150.0), 300.0);
        expect(near.moved(9.0, 9.0), (500.0, 300.0), 300.0);
        expect(near.moved(9.0, 9.0).zoomed(1.0), (200.0, 0.0), 600.0);
    }

    #[test]
    fn it_moves_in_parts_of_its_own_side() {
        let near = Frame::new(800, 600).zoomed(3.0);
        expect(near.moved(0.5, -0.25), (400.0, 150.0), 200.0);
    }

    #[test]
    fn zoom_is_bounded() {
        let frame = Frame::new(800, 600);
        expect(frame.zoomed(100.0), (325.0, 225.0), 150.0);
        expect(frame.zoomed(0.0), (100.0, 0.0), 600.0);
        expect(frame.zoomed(f64::INFINITY), (325.0, 225.0), 150.0);
    }
}
