//! Files of moods as GraphQL.

mod exporting;
mod importing;

pub(crate) use self::{exporting::ExportSubscription, importing::ImportMutation};
