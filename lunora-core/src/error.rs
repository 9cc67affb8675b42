//! The one error type of functions, and its three families.

use std::{error::Error as StdError, fmt, ops::Deref};

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    shape::Shape,
    value::{Value, from_value, to_value},
};

/// What a Lunora function returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed.
///
/// `?` turns any [`std::error::Error`] into one, so (as with `anyhow`) this type is not one itself.
///
/// Three families decide what a caller gets to see:
/// * **request**: the call was refused before the function ran (unknown name, wrong kind, bad arguments);
///   the outermost caller reads the text.
/// * **application**: raised by the function for its caller with [`Error::app`] or an `AppError`; the data
///   always arrives.
/// * **system**: everything else. A client sees an opaque failure and a request id; the log has it in full.
pub struct Error(Box<Failure>);

/// What an [`Error`] holds; it derefs to this.
pub struct Failure(Family);

enum Family {
    Request(RequestError),
    Application {
        data: Value,
        status: Option<u16>,
    },
    System {
        source: Box<dyn StdError + Send + Sync>,
        context: Vec<String>,
    },
}

/// A refusal that happened before the function ran.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// No public function has this path; an internal one has the same answer on purpose.
    #[error("Could not find public function for '{0}'.")]
    NoPublicFunction(String),
    /// No function at all has this path (said only to callers who may run internal functions).
    #[error("Could not find function for '{0}'.")]
    NoFunction(String),
    /// The function exists, but is of another kind.
    #[error("Trying to execute {path} as {called}, but it is defined as {defined}.")]
    WrongKind {
        /// Wire path of the function.
        path: String,
        /// The kind that was asked for.
        called: &'static str,
        /// The kind that it is.
        defined: &'static str,
    },
    /// An argument is missing, unknown or of the wrong type; the text starts with the field's path.
    #[error("ArgumentValidationError: {0}")]
    Arguments(String),
    /// The repeat of a request under one idempotency key names another function or other arguments.
    #[error(
        "IdempotencyKeyReused: this idempotency key already belongs to a call with another function or other \
         arguments. Use a new key for a new call."
    )]
    KeyReused,
    /// The repeat of a request whose outcome is no longer kept.
    #[error(
        "RequestForgotten: so many later requests of this session have been run that the outcome of this one is no \
         longer known"
    )]
    RequestForgotten,
    /// An idempotency key came with a query or action.
    #[error(
        "IdempotencyKeyUnusable: only mutations can be repeated under an idempotency key, and {path} is defined as \
         {defined}. Leave the key out"
    )]
    KeyUnusable {
        /// Wire path of the function.
        path: String,
        /// The kind that it is.
        defined: &'static str,
    },
}

impl Error {
    fn new(family: Family) -> Self {
        Self(Box::new(Failure(family)))
    }

    /// An application error: `data` reaches the caller as it is (`ConvexError.data` in JavaScript).
    ///
    /// Data that cannot be encoded becomes a system error that says why.
    pub fn app(data: impl Serialize) -> Self {
        match to_value(&data) {
            Ok(data) => Self::new(Family::Application { data, status: None }),
            Err(error) => Self::internal(error),
        }
    }

    /// An application error for something that is not there: data `{code: "notFound", what}`, and status 404.
    pub fn not_found(what: &str) -> Self {
        let data = [("code", "notFound"), ("what", what)];
        let data = data.map(|(name, text)| (name.to_owned(), Value::from(text)));
        Self::new(Family::Application {
            data: Value::Object(data.into_iter().collect()),
            status: Some(404),
        })
    }

    /// A system error; takes also what `?` cannot, such as a `Box<dyn Error + Send + Sync>` or a `&str`.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Family::System {
            source: source.into(),
            context: Vec::new(),
        })
    }

    /// A refusal before the function ran.
    pub fn request(error: RequestError) -> Self {
        Self::new(Family::Request(error))
    }

    /// The same application error with the status that an HTTP action answers with; without one it is 400. Means nothing
    /// for other families and other callers.
    #[must_use]
    pub fn with_status(mut self, code: u16) -> Self {
        if let Family::Application { status, .. } = &mut self.0.0 {
            *status = Some(code);
        }
        self
    }

    /// The same error with a line of context in front of its text, for the log. Data stays as it is.
    #[must_use]
    pub fn context(mut self, text: impl Into<String>) -> Self {
        if let Family::System { context, .. } = &mut self.0.0 {
            context.push(text.into());
        }
        self
    }

    /// What a nested caller gets of this error: refusals of inner calls are the server's own business.
    #[must_use]
    pub fn nested(self) -> Self {
        match self.0.0 {
            Family::Request(error) => Self::internal(error),
            _ => self,
        }
    }
}

// Not methods of `Error`: there the name `app` is taken by the constructor, and both are what one wants to write.
impl Failure {
    /// The data of an application error.
    pub fn app_data(&self) -> Option<&Value> {
        match &self.0 {
            Family::Application { data, .. } => Some(data),
            _ => None,
        }
    }

    /// The status of an application error, if it was given one.
    pub fn status(&self) -> Option<u16> {
        match &self.0 {
            Family::Application { status, .. } => *status,
            _ => None,
        }
    }

    /// The data of an application error as `T`; `None` for other families and other data.
    pub fn app<T: DeserializeOwned>(&self) -> Option<T> {
        self.app_data().and_then(|data| from_value(data.clone()).ok())
    }

    /// A client may read this error: it is a refusal, or has data for the caller.
    pub const fn is_readable(&self) -> bool {
        matches!(self.0, Family::Request(_) | Family::Application { .. })
    }

    /// The refusal, when this error is one.
    pub fn as_request(&self) -> Option<&RequestError> {
        match &self.0 {
            Family::Request(error) => Some(error),
            _ => None,
        }
    }

    /// The system error's cause, when it is a `T` (for example a unique index violation).
    pub fn downcast_ref<T: StdError + 'static>(&self) -> Option<&T> {
        match &self.0 {
            Family::System { source, .. } => source.downcast_ref(),
            _ => None,
        }
    }
}

impl Deref for Error {
    type Target = Failure;
    fn deref(&self) -> &Failure {
        &self.0
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self::internal(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Family::Request(error) => error.fmt(f),
            Family::Application { data, .. } => {
                write!(f, "application error {}", crate::json::to_encoded_string(data))
            }
            Family::System { source, context } => {
                context.iter().rev().try_for_each(|line| write!(f, "{line}: "))?;
                source.fmt(f)?;
                let mut cause = source.source();
                while let Some(error) = cause {
                    write!(f, ": {error}")?;
                    cause = error.source();
                }
                Ok(())
            }
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&*self.0, f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&*self.0, f)
    }
}

/// An enum or struct whose values are errors for the caller; comes from `#[derive(AppError)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an application error",
    label = "cannot reach a client as error data",
    note = "put `#[data]` and `#[derive(AppError)]` above it"
)]
pub trait AppError: Sized {
    /// The type itself, which has to travel. A bound of the trait instead would be reported at each use.
    type Data: Shape + From<Self>;

    /// The error that carries this as its data; what the derived `From` calls.
    #[doc(hidden)]
    fn __into_error(self) -> Error {
        Error::app(Self::Data::from(self))
    }
}
