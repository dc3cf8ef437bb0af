//! Query, mutation or subscription.

/// What kind of operation a request runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationKind {
    /// Reads; the only kind that may come by GET.
    Query,
    /// Writes, one root field after the other.
    Mutation,
    /// A stream of events.
    Subscription,
}

impl OperationKind {
    /// The keyword that introduces it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
        }
    }
}
