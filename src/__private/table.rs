//! A table has to be listed, as a function has to be.

use lunora_core::reference::Listed;

/// What `#[table]` implements for its entry, so that a table `T` that is not listed is an error on its name.
pub trait ListedTable<T> {
    /// The entry itself.
    type Place: PlaceOfTable<T>;
}

/// The entry is listed. The message of [`Listed`] would name the entry, which is called what nobody has written.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not listed in `lunora::app!`",
    label = "annotated here, but missing from the list",
    note = "add its path to the list in the crate root: `lunora::app! {{ module::name, .. }}`"
)]
pub trait PlaceOfTable<T> {}
#[diagnostic::do_not_recommend]
impl<T, Place: Listed> PlaceOfTable<T> for Place {}
