//! The command `quorate`.

use std::process::ExitCode;

fn main() -> ExitCode {
    quorate_harness::cli::main()
}
