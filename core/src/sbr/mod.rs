//! The split brain resolver: which members must go when some cannot be reached, decided without asking the other side
//! (part 04).
//!
//! Below, everything is a pure function of a [`ResolverView`]: [`decide`](ResolverView::decide),
//! [`nodes_to_down`](ResolverView::nodes_to_down), and both with the reasons as a [`DecisionRecord`]. Above them, the
//! [`Resolver`] decides when: it keeps the view by events and looks at the time when it is ticked.

mod act;
mod anatomy;
mod consequence;
mod decision;
mod events;
mod exits;
mod explain;
mod indirect;
mod lease;
mod leased;
mod links;
mod nodes;
mod record;
mod resolver;
mod roll;
mod second_pass;
mod selection;
mod sides;
mod situation;
mod strategies;
mod strategy;
mod unrest;
mod view;
mod waiting;

pub use act::{Act, Notice, ResolverOutput};
pub use anatomy::Anatomy;
pub use consequence::Consequence;
pub use decision::{Decision, Reason};
pub use events::ViewChange;
pub use lease::{LeaseAnswer, LeaseCall, Release};
pub use nodes::SecondPass;
pub use record::DecisionRecord;
pub use resolver::{Resolver, ResolverSettings};
pub use roll::LeftOut;
pub use sides::{First, Sides};
pub use strategies::SecondCheck;
pub use strategy::Strategy;
pub use view::ResolverView;

#[cfg(test)]
#[path = "fixtures_tests.rs"]
mod fixtures;
#[cfg(test)]
#[path = "scenarios_tests.rs"]
mod scenarios;
#[cfg(test)]
#[path = "twin_tests.rs"]
mod twin;
