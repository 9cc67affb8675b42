//! What `codegen rust` writes in terms of.

/// A reference to a public function: a type and a constructor of one name, as an application's `api` has them.
///
/// `codegen rust` writes it. A name that is no public function of the server is refused there.
#[macro_export]
macro_rules! reference {
    (
        $(#[$docs:meta])*
        $visible:vis fn $function:ident($($argument:ident: $type:ty = $wire:literal),* $(,)?) -> $output:ty {
            $kind:ident $module:literal $name:literal
        }
    ) => {
        $(#[$docs])*
        #[allow(missing_debug_implementations, non_camel_case_types)]
        $visible struct $function {}

        impl $crate::__private::Listed for $function {
            const MODULE: &'static str = $module;
        }

        impl $crate::__private::FunctionRef for $function {
            type Place = Self;
            type Kind = $crate::__private::$kind;
            type Visibility = $crate::__private::Public;
            type Args = ($($type,)*);
            type Return = $crate::Result<$output>;
            const ARGS: &'static [&'static str] = &[$($wire),*];
            const NAME: &'static str = $name;
        }

        $(#[$docs])*
        $visible fn $function($($argument: $type),*) -> $crate::__private::Call<$function> {
            $crate::__private::Call::__new(($($argument,)*))
        }
    };
}

/// Says that a struct has the fields of a table's documents, for ids and documents of it.
#[macro_export]
macro_rules! table {
    ($type:ty, $name:literal) => {
        impl $crate::__private::Table for $type {
            const NAME: &'static str = $name;
            const INDEXES: &'static [$crate::__private::IndexSpec] = &[];
        }
    };
}
