//! The engine over supergraphs composed in the test, with subgraphs that are strict about what they are asked.

mod abstract_types;
mod authorization;
mod conditions;
mod conformance;
mod data;
mod entities;
mod faults;
mod federation;
mod introspection;
mod merging;
mod monolith;
mod mutations;
mod regressions;
mod requests;
mod shop;
mod subgraph;
mod subscriptions;
