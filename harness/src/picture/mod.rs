//! Part 07, section 5: a run as something to look at.
//!
//! [`film`] plays a case and keeps what a picture needs: how each node stood from one moment to the next, who was cut off
//! from whom, what was decided and why, and the steps that led to the moment that matters most. A [`Film`] turns into one
//! self-contained page ([`Film::html`]), a trace for Perfetto ([`Film::perfetto`]), a Mermaid diagram ([`Film::mermaid`]) or JSON lines
//! ([`Film::lines`]). The same case gives the same bytes every time.

mod camera;
mod cone;
mod film;
mod format;
mod html;
mod lines;
mod mermaid;
mod perfetto;
mod severed;
mod views;

pub use film::{Film, film};
pub use format::Format;
