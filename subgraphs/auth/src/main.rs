//! `auth` as a process of its own.

fn main() -> std::process::ExitCode {
    service::run::<auth::Auth>()
}
