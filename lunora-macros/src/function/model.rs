//! What the stages hand to each other.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, Signature, Type};

use crate::attribute::CratePath;

/// What the attribute says that the function may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Query,
    Mutation,
    Action,
    Hook(Event),
}

/// When a hook is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    Connect,
    Disconnect,
    Start,
}

impl Kind {
    /// `query`, as in the attribute and in messages.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Action => "action",
            Self::Hook(Event::Connect) => "on_connect",
            Self::Hook(Event::Disconnect) => "on_disconnect",
            Self::Hook(Event::Start) => "on_start",
        }
    }

    /// With its article, as a sentence has it.
    pub(crate) const fn a_name(self) -> &'static str {
        match self {
            Self::Query => "a query",
            Self::Mutation => "a mutation",
            Self::Action => "an action",
            Self::Hook(_) => "a hook",
        }
    }

    /// The context parameter as the user writes it.
    pub(crate) const fn context(self) -> &'static str {
        match self {
            Self::Query => "&QueryCtx",
            Self::Mutation | Self::Hook(_) => "&mut MutationCtx",
            Self::Action => "&ActionCtx",
        }
    }

    /// Name of the marker type.
    pub(crate) fn marker(self) -> Ident {
        let name = match self {
            Self::Query => "Query",
            Self::Mutation => "Mutation",
            Self::Action => "Action",
            Self::Hook(_) => "Hook",
        };
        Ident::new(name, Span::call_site())
    }
}

/// What an attribute makes of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Function(Kind),
    HttpAction,
}

impl Subject {
    /// As in the attribute.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Function(kind) => kind.name(),
            Self::HttpAction => "http_action",
        }
    }

    /// With its article, as a sentence has it.
    pub(crate) const fn a_name(self) -> &'static str {
        match self {
            Self::Function(kind) => kind.a_name(),
            Self::HttpAction => "an HTTP action",
        }
    }

    /// The kind whose context it takes.
    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Function(kind) => kind,
            Self::HttpAction => Kind::Action,
        }
    }

    /// The context parameter as the user writes it.
    pub(crate) const fn context(self) -> &'static str {
        self.kind().context()
    }

    /// The whole signature, in a sentence about something that has none.
    pub(crate) fn signature(self) -> String {
        let context = self.context();
        match self {
            Self::Function(Kind::Hook(Event::Start)) => {
                format!("async fn name(ctx: {context}) -> Result<()>")
            }
            Self::Function(Kind::Hook(_)) => {
                format!("async fn name(ctx: {context}, connection: Connection) -> Result<()>")
            }
            Self::Function(_) => format!("async fn name(ctx: {context}, ..) -> Result<..>"),
            Self::HttpAction => {
                format!("async fn name(ctx: {context}, request: Request) -> Result<Response>")
            }
        }
    }
}

/// Which side of the wall the function stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visibility {
    Public,
    Internal,
}

impl Visibility {
    /// Name of the marker type.
    pub(crate) fn marker(self) -> Ident {
        let name = if self == Self::Public {
            "Public"
        } else {
            "Internal"
        };
        Ident::new(name, Span::call_site())
    }

    /// Rust visibility of the reference.
    pub(crate) fn of_reference(self) -> TokenStream {
        if self == Self::Public {
            quote!(pub)
        } else {
            quote!(pub(crate))
        }
    }
}

/// What stands in the attribute's parentheses.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) krate: CratePath,
    pub(crate) rename: Option<syn::LitStr>,
    pub(crate) limits: Vec<(Ident, Expr)>,
    /// A hook that may refuse a connection.
    pub(crate) gate: bool,
}

/// A function as the user wrote it: the signature as a tree, the body as tokens.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) attributes: Vec<Attribute>,
    /// Further kinds on the same function; a mistake, and not to be expanded again.
    pub(crate) other_kinds: Vec<Attribute>,
    pub(crate) visibility: syn::Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: TokenStream,
}

impl Parsed {
    /// The function as it came, without the kinds that are too many.
    pub(crate) fn user_tokens(&self) -> TokenStream {
        let Self {
            attributes,
            visibility,
            signature,
            body,
            ..
        } = self;
        let mut tokens = TokenStream::new();
        tokens.extend(attributes.iter().map(ToTokens::to_token_stream));
        tokens.extend(quote!(#visibility #signature #body));
        tokens
    }
}

/// A function as the expander needs it.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) krate: CratePath,
    pub(crate) kind: Kind,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) wire_name: String,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) doc_text: String,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) deprecated: Option<Attribute>,
    pub(crate) arguments: Vec<Argument>,
    /// Span of the parameter list.
    pub(crate) parameters: Span,
    /// The return type, its paths rewritten for the hidden module.
    pub(crate) output: Option<Type>,
    pub(crate) limits: Vec<(Ident, Expr)>,
    pub(crate) gate: bool,
}

/// One argument.
#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) name: Ident,
    pub(crate) wire_name: String,
    /// Its type, with paths rewritten for the hidden module.
    pub(crate) ty: Type,
}
