//! How results of a version are compared.

/// Whether a result can be proved, and by which arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[repr(u8)]
pub enum NumericClass {
    /// A graph of integers, which has one answer: any element can be decided on chain.
    Exact = 0,
    /// Anything else. Nothing that is answered can be decided, so its use never moves a curve and no value may rest on it.
    Unproven = 1,
    /// A graph of correctly rounded floats, which has one answer too.
    Rounded = 2,
}

impl NumericClass {
    /// By its code in an account; none for a code that means nothing.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Exact),
            1 => Some(Self::Unproven),
            2 => Some(Self::Rounded),
            _ => None,
        }
    }

    /// Whether any element of a result can be decided by arithmetic.
    pub const fn is_provable(self) -> bool {
        !matches!(self, Self::Unproven)
    }

    /// Its name, as manifests and lists show it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Unproven => "unproven",
            Self::Rounded => "rounded",
        }
    }

    /// By its name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Exact, Self::Unproven, Self::Rounded].into_iter().find(|class| class.name() == name)
    }
}
