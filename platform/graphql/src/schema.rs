//! How every subgraph's schema is built.

use async_graphql::{ObjectType, SDLExportOptions, Schema, SchemaBuilder, SubscriptionType};

/// Deeper selections are refused; the gateway has limits of its own before this one.
const MAX_DEPTH: usize = 24;
/// More fields than this in one operation are refused.
const MAX_COMPLEXITY: usize = 5_000;
/// Deeper nesting of the document's text is refused by the parser.
const MAX_RECURSION: usize = 48;

/// A federated schema with the limits that all subgraphs share.
pub fn schema<Query, Mutation, Subscription>(
    query: Query,
    mutation: Mutation,
    subscription: Subscription,
) -> SchemaBuilder<Query, Mutation, Subscription>
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    Schema::build(query, mutation, subscription)
        .enable_federation()
        .enable_subscription_in_federation()
        .limit_depth(MAX_DEPTH)
        .limit_complexity(MAX_COMPLEXITY)
        .limit_recursive_depth(MAX_RECURSION)
}

/// The schema's text as federation sees it, in an order that doesn't change.
pub fn sdl<Query, Mutation, Subscription>(schema: &Schema<Query, Mutation, Subscription>) -> String
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    let options = SDLExportOptions::new()
        .federation()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .compose_directive();
    schema.sdl_with_options(options)
}
