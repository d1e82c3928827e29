// Generated from the IDLs by `cargo xtask idl`; not to be edited.

use anchor_lang::{AnchorDeserialize, Discriminator};

events! {
    /// What the exchange program reports.
    ExchangeEvent, modchains_exchange {
        ConfigChangeApplied,
        ConfigChangeQueued,
        ContentMinted,
        ContributorPaid,
        ContributorsApplied,
        ContributorsClosed,
        ContributorsQueued,
        CurveMoved,
        FeesClaimed,
        FeesDistributed,
        LicenceClosed,
        LicenceGranted,
        LicenceRevoked,
        MarketDeposited,
        MarketOpened,
        MarketPaused,
        ModelRegistered,
        ModelTermsSet,
        ModelTransferCancelled,
        ModelTransferOffered,
        ModelTransferred,
        ModelVersionPublished,
        PauseBudgetClosed,
        QuoteMintAllowed,
        QuoteMintDelisted,
        ReferralClosed,
        ReferralOpened,
        ReferralPaid,
        RoleOfferCancelled,
        RoleOffered,
        RoleTransferred,
        TokensBought,
        TokensSold,
    }
}

events! {
    /// What the vault program reports.
    VaultEvent, modchains_vault {
        GrantClaimed,
        GrantClosed,
        GrantStarted,
        GrantStopped,
        PoolClosed,
        PoolOpened,
        PoolSubscribed,
        PoolUnsubscribed,
        PositionClosed,
        PositionOpened,
        ProposalClosed,
        ProposalExecuted,
        ProposalOpened,
        ProposalVoted,
        ReserveDeposited,
        RevenueClaimed,
        RevenueDeposited,
        Staked,
        TreasuryDeposited,
        TreasuryShareChanged,
        UnstakeStarted,
        Unstaked,
        VaultClosed,
        VaultOpened,
    }
}

events! {
    /// What the oracle program reports.
    OracleEvent, modchains_oracle {
        BondDeposited,
        BondMintAllowed,
        BondMintDelisted,
        BondWithdrawalStarted,
        BondWithdrawn,
        ChallengeOpened,
        ChallengeSettled,
        ClaimExpired,
        ConfigChangeApplied,
        ConfigChangeQueued,
        ConfigInitialized,
        DefenderSet,
        EarningsClaimed,
        FeesClaimed,
        FeesDistributed,
        LicenceUseClosed,
        MarketFeesDistributed,
        OperatorClosed,
        OperatorRegistered,
        RequestClaimed,
        RequestClosed,
        RequestCreated,
        RequestRefunded,
        ResultFinalized,
        ResultOverturned,
        ResultPosted,
        RewardClaimed,
        RoleOfferCancelled,
        RoleOffered,
        RoleTransferred,
        ServiceClosed,
        ServiceConfigured,
        ServiceGoverned,
        ServiceOpened,
        ServiceSplitApplied,
        ServiceSplitQueued,
        TraceNamed,
        UsageRolled,
    }
}

events! {
    /// What the disputes program reports.
    DisputesEvent, modchains_disputes {
        DisputeOpened,
        DisputeSettled,
        GraphAttestationRevoked,
        GraphAttested,
        GraphCloseStarted,
        GraphClosed,
        GraphOpened,
        GraphRegistered,
        TraceRevealed,
    }
}
