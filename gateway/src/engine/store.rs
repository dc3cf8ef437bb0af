//! The request's data: every subgraph answer in one arena, linked instead of copied.
//!
//! Objects, lists and fields stand in flat vectors, strings and numbers are slices of the response buffers.
//! An entity that was fetched once is a *layer* under each object it completes, so fifty positions of one entity
//! share one node. Reading looks at an object's own fields first, then at its layers.

use ahash::AHashSet;

use super::schema::TypeConditions;

/// One JSON value. Strings and numbers keep the form they had in the response, escapes included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    /// What stood between the quotes.
    String(&'a str),
    List(ListId),
    Object(ObjectId),
}

/// A range of the store's items.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ListId {
    start: u32,
    len: u32,
}

/// An object of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ObjectId(u32);

impl ObjectId {
    /// The object's place in the store, for tables beside it.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) key: &'a str,
    pub(super) value: Value<'a>,
}

#[derive(Debug, Clone, Copy)]
struct Object {
    start: u32,
    len: u32,
    /// The newest layer, as an index into `layers`, or `NO_LAYER`.
    layer: u32,
}

#[derive(Debug, Clone, Copy)]
struct Layer {
    object: ObjectId,
    next: u32,
}

const NO_LAYER: u32 = u32::MAX;

/// The arena.
#[derive(Debug)]
pub(super) struct Store<'a> {
    fields: Vec<Field<'a>>,
    items: Vec<Value<'a>>,
    objects: Vec<Object>,
    layers: Vec<Layer>,
}

impl<'a> Store<'a> {
    /// A store that holds one empty object: the operation's root.
    pub(super) fn new() -> Self {
        let mut store =
            Self { fields: Vec::new(), items: Vec::new(), objects: Vec::new(), layers: Vec::new() };
        store.push_object([]);
        store
    }

    /// The object that the operation's root fields are read from.
    pub(super) fn root() -> ObjectId {
        ObjectId(0)
    }

    pub(super) fn object_count(&self) -> usize {
        self.objects.len()
    }

    pub(super) fn push_object(&mut self, fields: impl IntoIterator<Item = Field<'a>>) -> ObjectId {
        let start = self.fields.len();
        self.fields.extend(fields);
        let len = self.fields.len() - start;
        let id = ObjectId(index_u32(self.objects.len()));
        self.objects.push(Object { start: index_u32(start), len: index_u32(len), layer: NO_LAYER });
        id
    }

    pub(super) fn push_list(&mut self, items: impl IntoIterator<Item = Value<'a>>) -> ListId {
        let start = self.items.len();
        self.items.extend(items);
        ListId { start: index_u32(start), len: index_u32(self.items.len() - start) }
    }

    pub(super) fn list(&self, list: ListId) -> &[Value<'a>] {
        &self.items[list.start as usize..(list.start + list.len) as usize]
    }

    /// The fields that came with the object itself, in the response's order.
    pub(super) fn own_fields(&self, object: ObjectId) -> &[Field<'a>] {
        let Object { start, len, .. } = self.objects[object.index()];
        &self.fields[start as usize..(start + len) as usize]
    }

    /// For rewrites of a response that nothing refers to yet.
    pub(super) fn own_fields_mut(&mut self, object: ObjectId) -> &mut [Field<'a>] {
        let Object { start, len, .. } = self.objects[object.index()];
        &mut self.fields[start as usize..(start + len) as usize]
    }

    /// The value under `key`; a null only when no layer knows better.
    pub(super) fn get(&self, object: ObjectId, key: &str) -> Option<Value<'a>> {
        self.get_near(object, key, 0)
    }

    /// As `get`, trying the own field at `hint` first: subgraphs answer in the order they were asked.
    pub(super) fn get_near(&self, object: ObjectId, key: &str, hint: usize) -> Option<Value<'a>> {
        let own = self.own_fields(object);
        let found = match own.get(hint) {
            Some(field) if field.key == key => Some(field.value),
            _ => own.iter().find(|field| field.key == key).map(|field| field.value),
        };
        match found {
            Some(Value::Null) | None => self.get_from_layers(object, key).or(found),
            found => found,
        }
    }

    fn get_from_layers(&self, object: ObjectId, key: &str) -> Option<Value<'a>> {
        let mut null = None;
        for layer in self.layers_of(object) {
            match self.get(layer, key) {
                Some(Value::Null) => null = Some(Value::Null),
                None => {}
                found => return found,
            }
        }
        null
    }

    fn layers_of(&self, object: ObjectId) -> impl Iterator<Item = ObjectId> + '_ {
        let mut next = self.objects[object.index()].layer;
        std::iter::from_fn(move || {
            let layer = self.layers.get(next as usize)?;
            next = layer.next;
            Some(layer.object)
        })
    }

    /// Whether the object or anything that completes it is among `objects`.
    pub(super) fn is_made_of(&self, object: ObjectId, objects: &AHashSet<ObjectId>) -> bool {
        objects.contains(&object) || self.layers_of(object).any(|layer| self.is_made_of(layer, objects))
    }

    /// The most precise `__typename` known: an object type's before an interface's (from an interface object).
    pub(super) fn typename(&self, object: ObjectId, types: &TypeConditions) -> Option<&'a str> {
        let own = self.own_fields(object).iter().find_map(|field| match field {
            Field { key: "__typename", value: Value::String(name) } => Some(*name),
            _ => None,
        });
        if own.is_some_and(|name| types.is_object(name)) {
            return own;
        }
        let mut best = own;
        for layer in self.layers_of(object) {
            match self.typename(layer, types) {
                Some(name) if types.is_object(name) => return Some(name),
                name => best = best.or(name),
            }
        }
        best
    }

    /// Completes `object` by what `addition` knows. Nothing is copied; nested objects known to both are joined.
    pub(super) fn attach(&mut self, object: ObjectId, addition: ObjectId) {
        if object == addition {
            return;
        }
        let Object { start, len, .. } = self.objects[addition.index()];
        let mut joined = Vec::new();
        for index in start..start + len {
            let Field { key, value } = self.fields[index as usize];
            if !is_composite(value) {
                continue;
            }
            if let Some(own) = self.own_composite(object, key) {
                self.join(own, value);
            } else if let Some(shared @ (Value::Object(_) | Value::List(_))) =
                self.get_from_layers(object, key)
            {
                // The layer may complete other objects too, so it is not touched: this object gets a view of both.
                joined.push(Field { key, value: self.view(shared, value) });
            }
        }
        self.push_layer(object, addition);
        if !joined.is_empty() {
            let view = self.push_object(joined);
            self.push_layer(object, view);
        }
    }

    fn push_layer(&mut self, object: ObjectId, layer: ObjectId) {
        let next = self.objects[object.index()].layer;
        self.objects[object.index()].layer = index_u32(self.layers.len());
        self.layers.push(Layer { object: layer, next });
    }

    fn own_composite(&self, object: ObjectId, key: &str) -> Option<Value<'a>> {
        let field = self.own_fields(object).iter().find(|field| field.key == key)?;
        is_composite(field.value).then_some(field.value)
    }

    fn join(&mut self, own: Value<'a>, addition: Value<'a>) {
        match (own, addition) {
            (Value::Object(own), Value::Object(addition)) => self.attach(own, addition),
            (Value::List(own), Value::List(addition)) => {
                for offset in 0..own.len.min(addition.len) {
                    let left = self.items[(own.start + offset) as usize];
                    let right = self.items[(addition.start + offset) as usize];
                    self.join(left, right);
                }
            }
            _ => {}
        }
    }

    fn view(&mut self, first: Value<'a>, second: Value<'a>) -> Value<'a> {
        match (first, second) {
            (Value::Object(first), Value::Object(second)) => {
                let view = self.push_object([]);
                self.attach(view, first);
                self.attach(view, second);
                Value::Object(view)
            }
            (Value::List(left), Value::List(right)) if left.len == right.len => {
                let items: Vec<_> = (0..left.len)
                    .map(|offset| {
                        let first = self.items[(left.start + offset) as usize];
                        let second = self.items[(right.start + offset) as usize];
                        self.view(first, second)
                    })
                    .collect();
                Value::List(self.push_list(items))
            }
            (Value::Null, second) => second,
            (first, _) => first,
        }
    }
}

fn is_composite(value: Value<'_>) -> bool {
    matches!(value, Value::Object(_) | Value::List(_))
}

/// Responses are limited to far less than 4 GiB by the transport, and every node takes at least one byte of them.
fn index_u32(index: usize) -> u32 {
    u32::try_from(index).expect("a request's data has fewer than 2^32 nodes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types() -> TypeConditions {
        let schema =
            "interface Media { id: ID } type Book implements Media { id: ID } type Query { a: Media }";
        TypeConditions::new(&graphql_tools::parser::parse_schema::<String>(schema).unwrap().into_static())
    }

    fn object<'a>(store: &mut Store<'a>, text: &'a str) -> ObjectId {
        match super::super::json::parse(text.as_bytes(), store).unwrap() {
            Value::Object(object) => object,
            other => panic!("{other:?} is not an object"),
        }
    }

    fn at<'a>(store: &Store<'a>, object: ObjectId, path: &[&str]) -> Option<Value<'a>> {
        path.iter().try_fold(Value::Object(object), |value, key| match value {
            Value::Object(object) => store.get(object, key),
            _ => None,
        })
    }

    #[test]
    fn an_object_knows_what_was_attached_to_it_and_at_any_depth() {
        let mut store = Store::new();
        let own = object(&mut store, r#"{"a":1,"b":{"c":2,"n":null},"l":[{"x":1},{"x":2}]}"#);
        let more = object(&mut store, r#"{"d":3,"b":{"e":4,"n":5},"l":[{"y":3},{"y":4}]}"#);
        store.attach(own, more);
        assert_eq!(at(&store, own, &["a"]), Some(Value::Number("1")));
        assert_eq!(at(&store, own, &["d"]), Some(Value::Number("3")));
        assert_eq!(at(&store, own, &["b", "c"]), Some(Value::Number("2")));
        assert_eq!(at(&store, own, &["b", "e"]), Some(Value::Number("4")));
        assert_eq!(at(&store, own, &["b", "n"]), Some(Value::Number("5")));
        let Some(Value::List(list)) = store.get(own, "l") else { panic!("a list") };
        let Value::Object(second) = store.list(list)[1] else { panic!("an object") };
        assert_eq!(at(&store, second, &["x"]), Some(Value::Number("2")));
        assert_eq!(at(&store, second, &["y"]), Some(Value::Number("4")));
    }

    #[test]
    fn what_is_attached_to_one_owner_of_a_shared_entity_does_not_show_at_the_other() {
        let mut store = Store::new();
        let (first, second) = (object(&mut store, r#"{"id":1}"#), object(&mut store, r#"{"id":1}"#));
        let shared = object(&mut store, r#"{"box":{"in":1},"list":[{"in":1}]}"#);
        store.attach(first, shared);
        store.attach(second, shared);
        let addition = object(&mut store, r#"{"box":{"out":2},"list":[{"out":2}]}"#);
        store.attach(first, addition);
        assert_eq!(at(&store, first, &["box", "in"]), Some(Value::Number("1")));
        assert_eq!(at(&store, first, &["box", "out"]), Some(Value::Number("2")));
        assert_eq!(at(&store, second, &["box", "in"]), Some(Value::Number("1")));
        assert_eq!(at(&store, second, &["box", "out"]), None);
    }

    #[test]
    fn an_object_type_is_more_precise_than_an_interface() {
        let mut store = Store::new();
        let types = types();
        let interface_object = object(&mut store, r#"{"__typename":"Media"}"#);
        assert_eq!(store.typename(interface_object, &types), Some("Media"));
        let concrete = object(&mut store, r#"{"__typename":"Book"}"#);
        store.attach(interface_object, concrete);
        assert_eq!(store.typename(interface_object, &types), Some("Book"));
        let other = object(&mut store, r#"{"__typename":"Media"}"#);
        store.attach(concrete, other);
        assert_eq!(store.typename(concrete, &types), Some("Book"));
    }
}
