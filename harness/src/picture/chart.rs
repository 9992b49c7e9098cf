//! PIC-5: charts as SVG: fixed fonts, the same bytes every time, readable on light and dark.

use std::fmt::Write as _;

use super::html::escaped;

/// A chart of lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// From what it was made.
    pub subtitle: String,
    /// What stands below.
    pub x: Axis,
    /// What stands on the left.
    pub y: Axis,
    /// The lines, in the order of their colours.
    pub lines: Vec<Line>,
}

/// An axis of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it counts, with its unit.
    pub label: String,
    /// Whether equal steps multiply instead of adding.
    pub is_logarithmic: bool,
    /// The lowest and the highest value.
    pub range: (f64, f64),
}

/// A line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
    /// Whether it stays where it is up to the next point, as counts do.
    pub is_steps: bool,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
/// What is kept free: left, top, right, bottom.
const MARGINS: (f64, f64, f64, f64) = (64.0, 78.0, 24.0, 56.0);

const STYLE: &str = "text{font-family:'DejaVu Sans',Verdana,Geneva,sans-serif;font-size:12px;fill:#3d444d}\
.title{font-size:15px;font-weight:bold;fill:#1d2127}.grid{stroke:#e1e4e8}.axis{stroke:#9aa1ab}.ground{fill:#fff}\
.line{fill:none;stroke-width:2.2;stroke-linejoin:round}.c0{stroke:#4353c9}.c1{stroke:#d2642a}.c2{stroke:#2b8f66}.c3{stroke:#a3479e}\
circle{fill:#fff;stroke-width:2}\
@media (prefers-color-scheme:dark){text{fill:#b3bac4}.title{fill:#e7eaee}.grid{stroke:#2d333c}.axis{stroke:#6b7480}.ground{fill:#14171c}\
.c0{stroke:#93a0ff}.c1{stroke:#f09a63}.c2{stroke:#5fcb9c}.c3{stroke:#d68bd1}circle{fill:#14171c}}";

impl Axis {
    /// An axis of equal steps from zero.
    #[must_use]
    pub fn from_zero(label: &str, to: f64) -> Self {
        Self { label: label.into(), is_logarithmic: false, range: (0.0, to) }
    }

    /// An axis whose equal steps multiply.
    #[must_use]
    pub fn logarithmic(label: &str, from: f64, to: f64) -> Self {
        Self { label: label.into(), is_logarithmic: true, range: (from, to) }
    }

    /// Where a value stands, from 0 to 1.
    fn share(&self, value: f64) -> f64 {
        let scaled = |value: f64| if self.is_logarithmic { libm::log10(value.max(1e-9)) } else { value };
        let (from, to) = (scaled(self.range.0), scaled(self.range.1));
        if to > from { ((scaled(value) - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The values that are written beside it.
    fn ticks(&self) -> Vec<f64> {
        let (from, to) = self.range;
        let decades = (-6..12).map(|power| libm::pow(10.0, f64::from(power)));
        let mut round = decades.flat_map(|decade| [decade, 2.0 * decade, 5.0 * decade]);
        if self.is_logarithmic {
            return round.filter(|tick| (from..=to * 1.000_001).contains(tick)).collect();
        }
        let step = round.find(|step| (to - from) / step <= 8.0).unwrap_or(to - from);
        (0..=8).map(|n| from + f64::from(n) * step).filter(|tick| *tick <= to * 1.000_001).collect()
    }
}

impl Chart {
    /// The chart as SVG.
    #[must_use]
    pub fn svg(&self) -> String {
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
             role=\"img\">\n<title>{}</title>\n<style>{STYLE}</style>\n<rect class=\"ground\" width=\"{WIDTH}\" \
             height=\"{HEIGHT}\" rx=\"6\"/>\n",
            escaped(&self.title)
        );
        let (left, top, right, bottom) = MARGINS;
        let (base, end) = (HEIGHT - bottom, WIDTH - right);
        let _ = writeln!(out, "<text class=\"title\" x=\"{left}\" y=\"26\">{}</text>", escaped(&self.title));
        let _ = writeln!(out, "<text x=\"{left}\" y=\"44\">{}</text>", escaped(&self.subtitle));
        for tick in self.y.ticks() {
            let y = self.place((self.x.range.0, tick)).1;
            let _ = writeln!(out, "<path class=\"grid\" d=\"M{left} {y:.1}H{end}\"/>");
            let _ = writeln!(
                out,
                "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{tick}</text>",
                left - 8.0,
                y + 4.0
            );
        }
        for tick in self.x.ticks() {
            let x = self.place((tick, 0.0)).0;
            let _ = writeln!(out, "<path class=\"axis\" d=\"M{x:.1} {base}v5\"/>");
            let _ = writeln!(
                out,
                "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{tick}</text>",
                base + 19.0
            );
        }
        let _ = writeln!(out, "<path class=\"axis\" d=\"M{left} {base}H{end}\"/>");
        let middle = (left + end) / 2.0;
        let _ = writeln!(
            out,
            "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - 14.0,
            escaped(&self.x.label)
        );
        let _ = writeln!(out, "<text x=\"14\" y=\"{}\">{}</text>", top - 12.0, escaped(&self.y.label));
        let mut x = end;
        for (colour, line) in self.lines.iter().enumerate().rev() {
            x -= line.name.chars().count() as f64 * 7.4 + 38.0;
            let _ = writeln!(out, "<path class=\"line c{colour}\" d=\"M{x:.1} {}h22\"/>", top - 16.0);
            let _ = writeln!(
                out,
                "<text x=\"{:.1}\" y=\"{}\">{}</text>",
                x + 28.0,
                top - 12.0,
                escaped(&line.name)
            );
            self.draw(line, colour, &mut out);
        }
        out + "</svg>\n"
    }

    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (left, top, right, bottom) = MARGINS;
        let width = WIDTH - left - right;
        let height = HEIGHT - top - bottom;
        (left + self.x.share(x) * width, HEIGHT - bottom - self.y.share(y) * height)
    }

    fn draw(&self, line: &Line, colour: usize, out: &mut String) {
        let mut path = String::new();
        for (place, point) in line.points.iter().enumerate() {
            let (x, y) = self.place(*point);
            match (place, line.is_steps) {
                (0, _) => write!(path, "M{x:.1} {y:.1}"),
                (_, true) => write!(path, "H{x:.1}V{y:.1}"),
                (_, false) => write!(path, "L{x:.1} {y:.1}"),
            }
            .unwrap_or_default();
        }
        let _ = writeln!(out, "<path class=\"line c{colour}\" d=\"{path}\"/>");
        // Few points are shown as such.
        if line.points.len() <= 12 && !line.is_steps {
            for point in &line.points {
                let (x, y) = self.place(*point);
                let _ = writeln!(out, "<circle class=\"c{colour}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PIC-5
    #[test]
    fn a_chart_has_round_ticks_and_its_lines_between_its_axes() {
        let chart = Chart {
            title: "a < b".into(),
            subtitle: "of nothing".into(),
            x: Axis::logarithmic("nodes", 2.0, 100.0),
            y: Axis::from_zero("seconds", 7.5),
            lines: vec![Line {
                name: "median".into(),
                points: vec![(2.0, 1.0), (20.0, 3.0)],
                is_steps: false,
            }],
        };
        assert_eq!(chart.x.ticks(), [2.0, 5.0, 10.0, 20.0, 50.0, 100.0]);
        assert_eq!(chart.y.ticks(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
        let svg = chart.svg();
        assert_eq!(svg, chart.svg());
        assert!(svg.contains("a &lt; b") && svg.contains("d=\"M64.0 308.5L"), "{svg}");
    }
}
