//! Which of a table's columns are whose, and how they are written.

/// A table, as far as its rows are somebody's.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
    pub(crate) person: &'static str,
    pub(crate) order: &'static [&'static str],
    pub(crate) columns: &'static [Column],
    pub(crate) left_out: &'static [LeftOut],
}

/// A table, or a column of one, that is not exported; and why.
#[derive(Debug, Clone, Copy)]
pub struct LeftOut(pub &'static str, pub &'static str);

/// A column, and how its values are written.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// With this prefix.
    Id(&'static str),
    /// Of what has no prefix.
    Bare,
    /// With the prefix that belongs to what another column says.
    IdBy(&'static str, &'static [(&'static str, &'static str)]),
    Text,
    Json,
    Number,
    Decimal,
    Flag,
    Instant,
    Day,
}

impl Table {
    /// Rows of the table `name` in which the column `person` is the person; a line made of one has `kind` as its `type`.
    pub const fn new(kind: &'static str, name: &'static str, person: &'static str) -> Self {
        Self { kind, name, person, order: &[], columns: &[], left_out: &[] }
    }

    /// The columns by which lines come: among those that are exported, never null, together unique among a person's rows.
    pub const fn ordered_by(self, order: &'static [&'static str]) -> Self {
        Self { order, ..self }
    }

    pub const fn columns(self, columns: &'static [Column]) -> Self {
        Self { columns, ..self }
    }

    /// The other columns, and why they aren't exported.
    pub const fn left_out(self, left_out: &'static [LeftOut]) -> Self {
        Self { left_out, ..self }
    }

    /// What a line made of a row has as its `type`.
    pub const fn kind(&self) -> &'static str {
        self.kind
    }

    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns that it says something about.
    pub(crate) fn mentioned(&self) -> impl Iterator<Item = &'static str> {
        let exported = self.columns.iter().map(|column| column.name);
        let left_out = self.left_out.iter().map(|LeftOut(column, _)| *column);
        exported.chain(left_out).chain([self.person])
    }
}

/// An id with the prefix of its kind.
pub const fn id(name: &'static str, prefix: &'static str) -> Column {
    Column { name, form: Form::Id(prefix) }
}

/// An id of something that only its own subgraph knows.
pub const fn bare_id(name: &'static str) -> Column {
    Column { name, form: Form::Bare }
}

/// An id of something that another column, which is exported as well, says the kind of; `prefixes` gives each kind its prefix.
pub const fn id_by(
    name: &'static str,
    kind: &'static str,
    prefixes: &'static [(&'static str, &'static str)],
) -> Column {
    Column { name, form: Form::IdBy(kind, prefixes) }
}

pub const fn text(name: &'static str) -> Column {
    Column { name, form: Form::Text }
}

/// A text that holds JSON.
pub const fn json(name: &'static str) -> Column {
    Column { name, form: Form::Json }
}

/// A whole number.
pub const fn number(name: &'static str) -> Column {
    Column { name, form: Form::Number }
}

pub const fn decimal(name: &'static str) -> Column {
    Column { name, form: Form::Decimal }
}

pub const fn flag(name: &'static str) -> Column {
    Column { name, form: Form::Flag }
}

pub const fn instant(name: &'static str) -> Column {
    Column { name, form: Form::Instant }
}

/// A calendar date.
pub const fn day(name: &'static str) -> Column {
    Column { name, form: Form::Day }
}
