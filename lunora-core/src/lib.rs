//! Values, shapes, ids, references, errors and protocol messages of Lunora: no I/O.
