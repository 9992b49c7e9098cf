//! Courses of timed inputs to one resolver.

use std::collections::VecDeque;
use std::time::Duration;

use quorate::internals::{Release, Resolver, ResolverOutput, ResolverSettings};
use quorate::{ClusterEvent, Instant, LeaseAnswer, LeaseCall, Member, MemberStatus, Notice, Reason, Repairs};
use serde_json::{Map, Value, json};

use super::resolver::{decision_to_json, member, millis, seen, strategy, table};
use super::values::{address, list, node, nodes_to_json, text};

pub(crate) fn timed(case: &Value) -> (Value, Value) {
    let home = text(&case["dc"]);
    let unrest = millis(&case["down-all-when-unstable-ms"]);
    let settings = ResolverSettings {
        strategy: strategy(&case["strategy"], millis(&case["release-after-ms"])),
        stable_after: millis(&case["stable-after-ms"]),
        down_all_when_unstable: (!unrest.is_zero()).then_some(unrest),
        repairs: Repairs::none(),
    };
    let resolver = Resolver::new(settings, node(&case["self"]), home.into(), Instant::ZERO);
    let mut course = Course { resolver, home, open: VecDeque::new(), out: Vec::new() };
    let (mut expected, mut actual) = (Vec::new(), Vec::new());
    for step in list(&case["steps"]) {
        let mut took = Map::new();
        course.take(step, &mut took);
        let asked = ["out", "state"].into_iter();
        let wanted: Map<String, Value> =
            asked.filter_map(|key| Some((key.to_owned(), step.get(key)?.clone()))).collect();
        expected.push(Value::Object(wanted));
        actual.push(Value::Object(took));
    }
    (Value::Array(expected), Value::Array(actual))
}

struct Course<'a> {
    resolver: Resolver,
    home: &'a str,
    /// Calls of the lease that are not answered yet, the oldest first.
    open: VecDeque<LeaseCall>,
    out: Vec<Value>,
}

impl Course<'_> {
    fn take(&mut self, step: &Value, took: &mut Map<String, Value>) {
        let now = Instant::ZERO + millis(&step["t"]);
        let input = list(&step["in"]);
        let (name, argument) = (text(&input[0]), input.get(1).unwrap_or(&Value::Null));
        self.out.clear();
        match name {
            "tick" => {
                self.resolver.set_lease_held(argument.as_bool().unwrap());
                let outputs = self.resolver.tick(now);
                self.tell(outputs);
                took.insert("state".into(), self.state());
            }
            "acquire-delay-elapsed" => {
                let call = self.resolver.lease_delay_elapsed();
                self.tell(call.map(ResolverOutput::Lease));
            }
            "lease-acquired" => {
                assert_eq!(self.open.pop_front(), Some(LeaseCall::Acquire));
                let answer = answer(argument, LeaseAnswer::Acquired);
                let outputs = self.resolver.lease_answered(answer, |_| true, now);
                self.tell(outputs);
            }
            "lease-released" => {
                assert_eq!(self.open.pop_front(), Some(LeaseCall::Release));
                let notice = self.resolver.lease_released(answer(argument, LeaseAnswer::Released), now);
                self.tell(notice.map(ResolverOutput::Noticed));
            }
            name => {
                let notices = self.resolver.apply(&event(name, argument, self.home), now);
                self.tell(notices.into_iter().map(ResolverOutput::Noticed));
            }
        }
        if self.resolver.is_stopped() {
            self.out.push(json!(["stopped"]));
        }
        if !self.out.is_empty() {
            took.insert("out".into(), Value::Array(self.out.clone()));
        }
    }

    fn tell(&mut self, outputs: impl IntoIterator<Item = ResolverOutput>) {
        for output in outputs {
            match output {
                ResolverOutput::Decided(act) => {
                    let record = act.record();
                    if matches!(record.reason, Reason::Unstable { .. }) {
                        self.out.push(json!(["log", "instability"]));
                    }
                    if record.is_double_indirect() {
                        self.out.push(json!(["log", "double-indirect"]));
                    }
                    let mut nodes: Vec<_> = act.downs().cloned().collect();
                    nodes.sort();
                    let decision = decision_to_json(&record.decision);
                    self.out.push(json!(["decision", decision, nodes_to_json(&nodes)]));
                }
                ResolverOutput::Noticed(notice) => {
                    let name = match notice {
                        Notice::TooManyMembers { .. } => "too-many-members",
                        Notice::LeaseAcquired { .. } => "lease-acquired",
                        Notice::LeaseDenied { .. } => "lease-denied",
                        Notice::LeaseReleased => "lease-released",
                        _ => continue,
                    };
                    self.out.push(json!(["log", name]));
                }
                ResolverOutput::Lease(call) => {
                    self.open.push_back(call);
                    let name = match call {
                        LeaseCall::Acquire => "acquire-lease",
                        LeaseCall::Release => "release-lease",
                    };
                    self.out.push(json!([name]));
                }
                ResolverOutput::LeaseDelay(delay) => {
                    self.out.push(json!(["arm-acquire-delay", millis_of(delay)]));
                }
            }
        }
    }

    fn state(&self) -> Value {
        let release = match self.resolver.release() {
            Release::Never => Value::Null,
            Release::WhenRemoved(nodes) => nodes_to_json(nodes),
            Release::After(at) => json!(at.as_millis()),
        };
        json!({
            "responsible": self.resolver.is_responsible(),
            "deadline": self.resolver.stable_deadline().as_millis(),
            "changes": self.resolver.changes(),
            "release": release,
        })
    }
}

fn millis_of(duration: Duration) -> u64 {
    duration.as_millis() as u64
}

fn answer(argument: &Value, done: LeaseAnswer) -> LeaseAnswer {
    match argument {
        Value::Bool(true) => done,
        Value::Bool(false) => LeaseAnswer::Refused,
        _ => LeaseAnswer::Failed,
    }
}

fn event(name: &str, argument: &Value, home: &str) -> ClusterEvent {
    let about = |of: fn(Member) -> ClusterEvent| of(member(argument, home));
    match name {
        "member-joined" => about(ClusterEvent::MemberJoined),
        "member-weakly-up" => about(ClusterEvent::MemberWeaklyUp),
        "member-up" => about(ClusterEvent::MemberUp),
        "member-left" => about(ClusterEvent::MemberLeft),
        "member-exited" => about(ClusterEvent::MemberExited),
        "member-downed" => about(ClusterEvent::MemberDowned),
        "member-preparing-for-shutdown" => about(ClusterEvent::MemberPreparingForShutdown),
        "member-ready-for-shutdown" => about(ClusterEvent::MemberReadyForShutdown),
        "member-removed" => {
            about(|member| ClusterEvent::MemberRemoved { member, previous_status: MemberStatus::Down })
        }
        "unreachable-member" => about(ClusterEvent::UnreachableMember),
        "reachable-member" => about(ClusterEvent::ReachableMember),
        "seen-changed" => ClusterEvent::SeenChanged { convergence: false, seen_by: seen(argument) },
        "reachability-changed" => ClusterEvent::ReachabilityChanged(table(argument)),
        "leader-changed" => ClusterEvent::LeaderChanged(argument.as_str().map(|_| address(argument))),
        "unreachable-data-center" => ClusterEvent::UnreachableDataCenter(text(argument).into()),
        "reachable-data-center" => ClusterEvent::ReachableDataCenter(text(argument).into()),
        other => panic!("{other} is no input"),
    }
}
