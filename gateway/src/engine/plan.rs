//! A query plan in the form it is executed: paths, representations and request bodies prepared once.

use std::sync::Arc;

/// How one operation is answered.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) root: PlanNode,
    /// How many `FetchNode`s there are; their slots count from zero.
    pub(super) fetch_count: usize,
    /// The planner's own description, for `extensions.queryPlan`; empty unless asked for.
    pub(super) description: serde_json::Value,
}

impl Plan {
    /// Roughly what it takes in memory: by what its requests say, which everything else is made for.
    pub(super) fn bytes(&self) -> usize {
        // The paths, requirements and outputs of a fetch say again what its operation says, in larger words.
        const TIMES_ITS_TEXT: usize = 12;
        const FETCH: usize = 1_024;
        let mut bytes = self.description.to_string().len() * 4;
        self.root.for_each_fetch(&mut |fetch| bytes += FETCH + TIMES_ITS_TEXT * fetch.body_start.len());
        bytes
    }
}

#[derive(Debug)]
pub(super) enum PlanNode {
    Fetch(FetchNode),
    Sequence(Vec<PlanNode>),
    Parallel(Vec<PlanNode>),
    Condition { variable: String, if_true: Option<Box<PlanNode>>, if_false: Option<Box<PlanNode>> },
    Subscription(FetchNode),
}

impl PlanNode {
    fn for_each_fetch(&self, visit: &mut dyn FnMut(&FetchNode)) {
        match self {
            Self::Fetch(fetch) | Self::Subscription(fetch) => visit(fetch),
            Self::Sequence(nodes) | Self::Parallel(nodes) => {
                for node in nodes {
                    node.for_each_fetch(visit);
                }
            }
            Self::Condition { if_true, if_false, .. } => {
                for node in if_true.iter().chain(if_false) {
                    node.for_each_fetch(visit);
                }
            }
        }
    }
}

/// One request to one subgraph.
#[derive(Debug)]
pub(super) struct FetchNode {
    /// Where its response is kept.
    pub(super) slot: usize,
    pub(super) service: Arc<str>,
    /// `{"query":"…","variables":{`, ready to be completed.
    pub(super) body_start: String,
    /// The client's variables that the operation uses.
    pub(super) variables: Vec<String>,
    pub(super) target: FetchTarget,
}

/// Where a response belongs.
#[derive(Debug)]
pub(super) enum FetchTarget {
    /// Fields of a root type, merged into the objects at `path` (the operation's root when it is empty).
    Fields { path: Path, output: Output },
    /// Fields of entities, asked for by representations.
    Entities { groups: Vec<RepresentationGroup>, requests: Vec<EntityRequest> },
}

/// One list of representations, sent as one variable.
#[derive(Debug)]
pub(super) struct RepresentationGroup {
    pub(super) variable: String,
    pub(super) paths: Vec<Path>,
    /// For each of the paths.
    pub(super) requirements: Vec<Vec<Requirement>>,
    pub(super) rewrites: Vec<InputRewrite>,
}

/// One `_entities` field of a request.
#[derive(Debug)]
pub(super) struct EntityRequest {
    pub(super) response_key: String,
    /// Which of the fetch's groups it asks about.
    pub(super) group: usize,
    pub(super) output: Output,
}

/// What a response holds, and how its keys become the client's.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub(super) selections: Vec<OutputSelection>,
    pub(super) rewrites: Vec<OutputRewrite>,
}

#[derive(Debug)]
pub(super) enum OutputSelection {
    Field { key: String, selections: Vec<OutputSelection> },
    Fragment { types: Vec<String>, selections: Vec<OutputSelection> },
}

pub(super) type Path = Vec<PathSegment>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PathSegment {
    Field(String),
    List,
    /// Only objects of these types; abstract types are already resolved.
    Types(Vec<String>),
}

/// Part of a representation.
#[derive(Debug)]
pub(super) enum Requirement {
    Field {
        /// Under which key the value stands in the data.
        source: String,
        /// `"key":` as written into the representation.
        key: String,
        null: NullMeans,
        selections: Vec<Requirement>,
    },
    Typename,
    Fragment {
        types: Vec<String>,
        selections: Vec<Requirement>,
    },
}

/// What it means that a part of a representation is null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NullMeans {
    /// A value like any other.
    Itself,
    /// It's a key that may be null: there is nothing to ask.
    NothingToAsk,
    /// The type doesn't allow it: nobody delivered the value.
    Undelivered,
}

/// Sets a value of a representation, such as an interface object's `__typename`.
#[derive(Debug)]
pub(super) struct InputRewrite {
    pub(super) path: Vec<RewriteSegment>,
    /// As JSON.
    pub(super) value: String,
}

/// Renames a key of a response.
#[derive(Debug)]
pub(super) enum OutputRewrite {
    Rename { path: Vec<RewriteSegment>, to: String },
    Set { path: Vec<RewriteSegment>, value: String },
}

#[derive(Debug)]
pub(super) enum RewriteSegment {
    Key(String),
    Types(Vec<String>),
}
