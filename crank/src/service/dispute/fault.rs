use modchains_sdk::SdkError;

/// Why something in a dispute was not done. The next look tries again.
#[derive(Debug, thiserror::Error)]
pub enum DisputeFault {
    /// The chain.
    #[error(transparent)]
    Sdk(#[from] SdkError),
    /// No bundle of the version that was asked.
    #[error("no bundle of version {manifest_sha256} is configured; add its folder to disputes.bundles, its clock runs")]
    BundleMissing {
        /// The version's manifest hash, hex.
        manifest_sha256: String,
    },
    /// The bundle, or what it computes.
    #[error("{0}; check the bundle with `modchains-crank bundle verify`, the clock runs")]
    Own(String),
    /// No move can be decided.
    #[error(transparent)]
    Obstacle(#[from] modchains_sdk::dispute::Obstacle),
}
