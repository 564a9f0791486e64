//! The adapters that people have, against a scripted model.
