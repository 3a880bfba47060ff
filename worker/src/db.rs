//! D1: the only place that prepares a statement.

use crate::{
    error::{Error, Result},
    promise::settled,
};
use contract::{
    ids::{
        CallsId, DeliveryId, EventId, InvitationId, RoleId, ServiceAccountId, SessionId, TenantId,
        TokenId, UserId,
    },
    scopes::ScopeSet,
    time::Timestamp,
};
use js_sys::{Array, Function, JSON, Promise, Reflect};
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned},
};
use serde_json::value::{RawValue, Value};
use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};
use wasm_bindgen::{JsCast, JsValue};
use worker::{D1Database, Env, worker_sys::D1PreparedStatement};

/// The database of the deployment, as one call or job uses it.
pub struct Db {
    database: &'static D1Database,
    statements: AtomicU32,
}

/// One statement with its values: run by [`Db::first`] and [`Db::all`], or with others in one transaction
/// by [`Db::commit`].
#[must_use = "a statement does nothing until it is run"]
pub struct Statement {
    sql: &'static str,
    values: Vec<Value>,
}

impl Statement {
    /// A statement whose text is known when Latchkey is built, with a value for each `?n` in it.
    pub fn new<const N: usize>(sql: &'static str, values: [&dyn Bind; N]) -> Self {
        Self {
            sql,
            values: values.iter().map(|value| Bind::bind(*value)).collect(),
        }
    }
}

/// What a statement in a transaction did.
#[derive(Deserialize)]
pub struct Outcome {
    results: Box<RawValue>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    changes: usize,
}

impl Outcome {
    /// How many rows it changed.
    pub fn changed(&self) -> usize {
        self.meta.changes
    }

    /// The rows it returned.
    pub fn rows<T: DeserializeOwned>(&self) -> Result<Vec<T>> {
        serde_json::from_str(self.results.get()).map_err(|error| Error::Internal(error.to_string()))
    }

    /// The first row it returned.
    pub fn row<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        Ok(self.rows()?.into_iter().next())
    }
}

/// How many rows the statement at `place` in a transaction changed.
pub fn changed(outcomes: &[Outcome], place: usize) -> usize {
    outcomes.get(place).map_or(0, Outcome::changed)
}

impl Db {
    /// The database bound as `DB`.
    pub fn of(env: &Env) -> Result<Self> {
        /// The bindings of an isolate stay the same.
        static DATABASE: OnceLock<D1Database> = OnceLock::new();
        if let Some(database) = DATABASE.get() {
            return Ok(Self::new(database));
        }
        let database = env.d1("DB")?;
        Ok(Self::new(DATABASE.get_or_init(|| database)))
    }

    fn new(database: &'static D1Database) -> Self {
        Self {
            database,
            statements: AtomicU32::new(0),
        }
    }

    /// How many statements were run so far.
    pub fn statements(&self) -> u32 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Its values cross in one text: each by itself would be a step of its own.
    fn prepare(&self, statement: &Statement) -> Result<D1PreparedStatement> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        let values = serde_json::to_string(&statement.values);
        let values = values.map_err(|error| Error::Internal(error.to_string()))?;
        let prepared = self.database.prepare(statement.sql);
        Ok(prepared
            .inner()
            .bind(JSON::parse(&values)?.unchecked_into())?)
    }

    /// The first row.
    pub async fn first<T: DeserializeOwned>(&self, statement: Statement) -> Result<Option<T>> {
        let statement = self.prepare(&statement)?;
        read(&settled(statement.first(None)?).await?)
    }

    /// The first row of a statement that tells each as JSON in its one column `text`. The runtime takes a row apart and
    /// puts it together again several times on its way here, so that each column costs as much as a statement's plan.
    pub async fn first_as_text<T: DeserializeOwned>(
        &self,
        statement: Statement,
    ) -> Result<Option<T>> {
        let text = self.first_text(statement).await?;
        text.map(|text| from_json(&text)).transpose()
    }

    /// That text, for [`from_json`].
    pub async fn first_text(&self, statement: Statement) -> Result<Option<String>> {
        let statement = self.prepare(&statement)?;
        let text = settled(statement.first(Some("text"))?).await?;
        Ok(text.as_string())
    }

    /// Every row.
    pub async fn all<T: DeserializeOwned>(&self, statement: Statement) -> Result<Vec<T>> {
        let statement = self.prepare(&statement)?;
        let answer = settled(statement.all()?).await?;
        read(&Reflect::get(&answer, &"results".into())?)
    }

    /// The last migration that wrangler applied, if any. Fails unless the database answers.
    pub async fn migration(&self) -> Result<Option<String>> {
        let applied = Statement::new(
            "SELECT name FROM d1_migrations ORDER BY id DESC LIMIT 1",
            [],
        );
        match self.first::<Migration>(applied).await {
            Err(Error::Internal(why)) if why.contains("no such table") => Ok(None),
            found => Ok(found?.map(|migration| migration.name)),
        }
    }

    /// Runs the statements in one transaction: all of them, or none.
    pub async fn commit<const N: usize>(&self, statements: [Statement; N]) -> Result<[Outcome; N]> {
        let outcomes = self.commit_all(statements.into()).await?;
        outcomes
            .try_into()
            .map_err(|_| Error::Internal("D1 answered another number of statements".into()))
    }

    /// The same for statements whose number is known only at run time.
    pub async fn commit_all(&self, statements: Vec<Statement>) -> Result<Vec<Outcome>> {
        let bound: Array = statements
            .iter()
            .map(|statement| self.prepare(statement))
            .collect::<Result<_>>()?;
        let database: &JsValue = self.database.as_ref();
        let batch: Function = Reflect::get(database, &"batch".into())?.dyn_into()?;
        let answer = batch.call1(database, &bound)?.dyn_into::<Promise>()?;
        read(&settled(answer).await?)
    }
}

#[derive(Deserialize)]
struct Migration {
    name: String,
}

/// A row read as two, of which each takes the columns that it knows. Takes a fraction of the time of `serde(flatten)`,
/// which keeps every column in between.
pub struct Joined<A, B>(pub A, pub B);

impl<'de, A: DeserializeOwned, B: DeserializeOwned> Deserialize<'de> for Joined<A, B> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        fn read<T: DeserializeOwned, E: de::Error>(row: &RawValue) -> Result<T, E> {
            serde_json::from_str(row.get()).map_err(E::custom)
        }
        let row = <&RawValue>::deserialize(deserializer)?;
        Ok(Self(read(row)?, read(row)?))
    }
}

/// Reads a row or rows as one text: to fetch each member of each row by itself takes longer than all else together.
fn read<T: DeserializeOwned>(rows: &JsValue) -> Result<T> {
    from_json(&String::from(JSON::stringify(rows)?))
}

/// Reads a row that came as JSON.
pub fn from_json<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Internal(error.to_string()))
}

/// The first value of a JSON text, and what follows it.
pub fn split_json(text: &str) -> Result<(&str, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter();
    let first: Option<&RawValue> = values
        .next()
        .transpose()
        .map_err(|error| Error::Internal(error.to_string()))?;
    let rest = text.get(values.byte_offset()..);
    first
        .map(RawValue::get)
        .zip(rest)
        .ok_or_else(|| Error::Internal("no JSON where some was expected".into()))
}

/// A value as D1 takes it: text, number or null. Times and ids are text, truth is 0 or 1.
pub trait Bind {
    /// The value for a `?n`.
    fn bind(&self) -> Value;
}

impl Bind for str {
    fn bind(&self) -> Value {
        self.into()
    }
}

impl Bind for String {
    fn bind(&self) -> Value {
        self.as_str().into()
    }
}

impl Bind for u32 {
    fn bind(&self) -> Value {
        (*self).into()
    }
}

impl Bind for u64 {
    fn bind(&self) -> Value {
        (*self).into()
    }
}

impl Bind for bool {
    fn bind(&self) -> Value {
        u32::from(*self).bind()
    }
}

impl Bind for Timestamp {
    fn bind(&self) -> Value {
        self.to_string().bind()
    }
}

impl Bind for ScopeSet {
    fn bind(&self) -> Value {
        self.to_string().bind()
    }
}

impl<T: Bind> Bind for Option<T> {
    fn bind(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::bind)
    }
}

impl<T: Bind + ?Sized> Bind for &T {
    fn bind(&self) -> Value {
        (**self).bind()
    }
}

macro_rules! bind_ids {
    ($($id:ty),+) => {$(
        impl Bind for $id {
            fn bind(&self) -> Value {
                self.as_str().bind()
            }
        }
    )+};
}

bind_ids!(
    CallsId,
    DeliveryId,
    EventId,
    InvitationId,
    RoleId,
    ServiceAccountId,
    SessionId,
    TenantId,
    TokenId,
    UserId
);
