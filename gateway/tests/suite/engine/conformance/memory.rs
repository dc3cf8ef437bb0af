//! Ten thousand different operations in a row: what is kept stays within what is stated.

use serde_json::json;

use super::{Supergraph, entities};

/// The process's resident memory in MiB.
fn resident_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells a process its memory");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a line for it");
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).expect("a number")
        / 1_024
}

#[tokio::test]
async fn ten_thousand_different_operations_leave_the_caches_within_their_bounds() {
    const KIBIBYTE: u64 = 1_024;
    let supergraph: fn() -> Supergraph = entities::ALL[6];
    let gateway =
        supergraph().operations("document_cache_bytes: 1048576, plan_cache_bytes: 2097152").start().await;
    let engine = gateway.gateway.serving().engine.clone();
    let mut after_the_first_thousand = 0;
    for number in 0..10_000 {
        let text = match number % 4 {
            0 => format!("{{ me {{ a{number}: id posts {{ b{number}: text }} }} }}"),
            1 => format!("query Q{number} {{ me {{ name liked {{ id }} }} }}"),
            2 => format!(
                "query($c: Boolean = {}) {{ me {{ n{number}: name @skip(if: $c) id }} }}",
                number % 8 == 2
            ),
            _ => format!("{{ me {{ nothing{number} }} }}"),
        };
        let request = serde_json::from_value(json!({ "query": text })).expect("a request");
        assert_eq!(engine.prepare(request, None).await.is_ok(), number % 4 != 3, "{text}");
        if number % 500 == 0 {
            let fills = engine.cache_fills().await;
            for fill in [fills.documents, fills.plans] {
                assert!(fill.bytes <= fill.capacity_bytes, "{number}: {fill:?}");
            }
        }
        if number == 1_000 {
            after_the_first_thousand = resident_mebibytes();
        }
    }
    let fills = engine.cache_fills().await;
    assert_eq!(fills.documents.capacity_bytes, KIBIBYTE * KIBIBYTE);
    assert!(fills.documents.entries > 100 && fills.documents.entries < 5_000, "{fills:?}");
    assert!(fills.plans.entries > 50 && fills.plans.entries < 2_500, "{fills:?}");
    // Other tests share the process; without bounds, these operations alone would take more than that.
    let grown = resident_mebibytes().saturating_sub(after_the_first_thousand);
    assert!(grown < 400, "{grown} MiB more after nine thousand operations");
}
