//! Loops compiled for several widths of vectors.
//!
//! Each loop is written once and compiled for what every processor has, for AVX2 and for AVX-512; which one runs is decided
//! at run time. Nothing is ever fused or reordered, so all of them give the same bits, which tests compare.

use std::sync::atomic::{AtomicU8, Ordering};

/// Vector instructions, in the order of their width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Instructions {
    /// What the compilation target always has.
    Plain = 0,
    /// AVX2: 256 bits.
    Avx2 = 1,
    /// AVX-512 with the parts F, BW, DQ and VL: 512 bits.
    Avx512 = 2,
}

/// The widest that may be used.
static LIMIT: AtomicU8 = AtomicU8::new(Instructions::Avx512 as u8);

/// Uses no wider instructions from now on, in the whole process. Results are the same; this is how that is tested.
pub fn limit_instructions(limit: Instructions) {
    LIMIT.store(limit as u8, Ordering::Relaxed);
}

/// The widest instructions that this processor has and that may be used.
#[must_use]
pub fn instructions() -> Instructions {
    let limit = LIMIT.load(Ordering::Relaxed);
    [Instructions::Avx512, Instructions::Avx2]
        .into_iter()
        .find(|level| *level as u8 <= limit && level.is_supported())
        .unwrap_or(Instructions::Plain)
}

impl Instructions {
    #[cfg(target_arch = "x86_64")]
    fn is_supported(self) -> bool {
        match self {
            Self::Plain => true,
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
            }
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn is_supported(self) -> bool {
        self == Self::Plain
    }
}

/// Defines a function whose body is compiled for all of [`Instructions`]. One generic parameter goes into brackets.
macro_rules! vectorised {
    ($(#[$meta:meta])* $visibility:vis fn $name:ident $([$generic:ident: $($bound:tt)+])?
        ($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block) => {
        $(#[$meta])*
        $visibility fn $name $(<$generic: $($bound)+>)? ($($argument: $type),*) $(-> $result)? {
            #[inline(always)]
            fn plain $(<$generic: $($bound)+>)? ($($argument: $type),*) $(-> $result)? $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
                fn avx512 $(<$generic: $($bound)+>)? ($($argument: $type),*) $(-> $result)? {
                    plain($($argument),*)
                }
                #[target_feature(enable = "avx2")]
                fn avx2 $(<$generic: $($bound)+>)? ($($argument: $type),*) $(-> $result)? {
                    plain($($argument),*)
                }
                // reason: a processor without these instructions would stop at one; it has just been asked.
                #[allow(unsafe_code)]
                match $crate::simd::instructions() {
                    // SAFETY: the processor has AVX-512 F, BW, DQ and VL.
                    $crate::simd::Instructions::Avx512 => return unsafe { avx512($($argument),*) },
                    // SAFETY: the processor has AVX2.
                    $crate::simd::Instructions::Avx2 => return unsafe { avx2($($argument),*) },
                    $crate::simd::Instructions::Plain => {}
                }
            }
            plain($($argument),*)
        }
    };
}
pub(crate) use vectorised;
