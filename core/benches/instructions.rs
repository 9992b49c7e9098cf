//! How many instructions the operations on values take, the same on every run: `cargo bench -p quorate --bench instructions`.
//! It needs `valgrind`, under whose callgrind it runs itself once for each row. Names of operations as arguments choose some.
#![allow(missing_docs, reason = "a benchmark")]

#[allow(dead_code, reason = "what Pekko takes is a time, which is not counted here")]
mod operations;

mod callgrind;

use std::env;

use callgrind::counted;
use operations::{OPERATIONS, SIZES};

const REPEATS: u64 = 10;

fn main() {
    if let Some(row) = callgrind::row() {
        return repeat(&row);
    }
    let wanted: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str()));
    println!("{:<24}{:>12}{:>12}{:>12}{:>14}", "instructions at N =", 10, 100, 1000, "1000 : 100");
    for operation in OPERATIONS.iter().filter(|operation| is_wanted(operation.name)) {
        let counts = SIZES.map(|members| count(operation.name, members));
        let [ten, hundred, thousand] = match counts {
            [Ok(ten), Ok(hundred), Ok(thousand)] => [ten, hundred, thousand],
            [Err(why), ..] | [_, Err(why), _] | [.., Err(why)] => {
                println!("not counted: {why}");
                return;
            }
        };
        let growth = thousand as f64 / hundred.max(1) as f64;
        println!("{:<24}{ten:>12}{hundred:>12}{thousand:>12}{growth:>14.1}", operation.name);
    }
}

/// A run under callgrind: makes ready, does it once to fill caches, and then again and again while callgrind counts.
fn repeat(row: &str) {
    let (name, members) = row.rsplit_once('@').expect("a row is NAME@MEMBERS");
    let operation = OPERATIONS.iter().find(|operation| operation.name == name).expect("an operation");
    let mut act = (operation.prepare)(members.parse().expect("a number of members"));
    act();
    for _ in 0..REPEATS {
        counted(&mut *act);
    }
}

fn count(name: &str, members: usize) -> Result<u64, String> {
    callgrind::count(&format!("{name}@{members}")).map(|all| all / REPEATS)
}
