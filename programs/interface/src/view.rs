use anchor_lang::prelude::Pubkey;
use bytemuck::Pod;

/// The first fields of an account of one of the programs, as far as the others may know them.
pub trait View: Pod {
    /// The program that alone writes such accounts.
    const PROGRAM: Pubkey;
    /// First eight bytes of such an account: of SHA-256 of `account:` and the name of the state.
    const DISCRIMINATOR: [u8; 8];
}

/// Whether two byte strings are equal, at compile time.
pub const fn same_bytes(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        // arith-safety: below the length.
        index += 1;
    }
    true
}

/// Proves at compile time, beside the state of an account, that the account begins as its view says: that each field has
/// the same place and type in both, that the discriminators are one, and that the view is no longer than the state. Every
/// field of the view has to be listed; those that nobody may read go after `skipping`.
///
/// ```
/// # use anchor_lang::prelude::*;
/// # #[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
/// # #[repr(C)]
/// # struct View { creator: [u8; 32] }
/// # impl modchains_program_interface::View for View {
/// #     const PROGRAM: Pubkey = Pubkey::new_from_array([0; 32]);
/// #     const DISCRIMINATOR: [u8; 8] = [7; 8];
/// # }
/// # #[repr(C)]
/// # struct Model { creator: [u8; 32], count: u64 }
/// # impl Discriminator for Model {
/// #     const DISCRIMINATOR: &'static [u8] = &[7; 8];
/// # }
/// modchains_program_interface::assert_view!(View => Model { creator });
/// ```
/// A field that has moved, or become another type, does not compile:
/// ```compile_fail
/// # use anchor_lang::prelude::*;
/// # #[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
/// # #[repr(C)]
/// # struct View { creator: [u8; 32] }
/// # impl modchains_program_interface::View for View {
/// #     const PROGRAM: Pubkey = Pubkey::new_from_array([0; 32]);
/// #     const DISCRIMINATOR: [u8; 8] = [7; 8];
/// # }
/// # #[repr(C)]
/// # struct Model { count: u64, creator: [u8; 32] }
/// # impl Discriminator for Model {
/// #     const DISCRIMINATOR: &'static [u8] = &[7; 8];
/// # }
/// modchains_program_interface::assert_view!(View => Model { creator });
/// ```
#[macro_export]
macro_rules! assert_view {
    ($view:path => $state:ty { $($field:ident),+ $(,)? } $(skipping { $($skipped:ident),+ $(,)? })?) => {
        const _: () = {
            // The pattern names every field of the view, and an array has elements of one type.
            let _: fn(&$view, &$state) = |view, state| {
                let $view { $($field: _,)+ $($($skipped: _,)+)? } = view;
                $(let _ = [&view.$field, &state.$field];)+
            };
            $(assert!(
                ::core::mem::offset_of!($view, $field) == ::core::mem::offset_of!($state, $field),
                concat!("the view has `", stringify!($field), "` elsewhere than the state"),
            );)+
            assert!(::core::mem::size_of::<$view>() <= ::core::mem::size_of::<$state>());
            assert!($crate::same_bytes(
                <$state as ::anchor_lang::Discriminator>::DISCRIMINATOR,
                &<$view as $crate::View>::DISCRIMINATOR,
            ));
        };
    };
}
