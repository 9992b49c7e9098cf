//! Part 07, section 5: a run as something to look at.
//!
//! [`film`] plays a case and keeps what a picture needs: how each node stood from one moment to the next, who was cut off
//! from whom, what was decided and why, and the steps that led to the moment that matters most. A [`Film`] turns into one
//! self-contained page ([`Film::html`]), a trace for Perfetto ([`Film::perfetto`]), a Mermaid diagram ([`Film::mermaid`]) or JSON lines
//! ([`Film::lines`]). The same case gives the same bytes every time.
//!
//! [`convergence`], [`detection`], [`coverage`] and [`kills`] make a [`Chart`] of many runs.

mod camera;
mod chart;
mod cone;
mod curves;
mod film;
mod format;
mod html;
mod lines;
mod mermaid;
mod micros;
mod perfetto;
mod severed;
mod views;

pub(crate) use camera::Camera;
pub use chart::{Axis, Chart, Line};
pub use curves::{convergence, coverage, detection, kills};
pub(crate) use film::film_of;
pub use film::{Film, film};
pub use format::Format;

/// What every chart begins with.
pub(crate) const CHART_MARK: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 400\"";
