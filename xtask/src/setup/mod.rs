//! What is fetched once from the package registries: Debian's compilers, PyPI's libtorch and data.

pub mod digits;
pub mod libtorch;
pub mod minilm;
pub mod python;
pub mod sid;
pub mod sources;
pub mod wheel;
