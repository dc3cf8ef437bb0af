//! `social` as a process of its own.

fn main() -> std::process::ExitCode {
    service::run::<social::Social>()
}
