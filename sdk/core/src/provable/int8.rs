//! Sums of products of 8-bit integers, at half a dozen instructions a product.

/// Bytes of a chunk: as many as keep every lane of [`dot_words`] from overflowing.
const CHUNK_BYTES: usize = 1_024;
/// In every byte the bit that makes `x + 128` of `x`.
const OFFSET: u64 = 0x8080_8080_8080_8080;
/// Two bytes, 32 bits apart.
const PAIR: u64 = 0x0000_00ff_0000_00ff;
/// Four bytes, 16 bits apart.
const FOUR: u64 = 0x00ff_00ff_00ff_00ff;

/// `sum a_i b_i` over bytes in two's complement; of slices of different length the rest of the longer one is left out.
pub(super) fn dot(a: &[u8], b: &[u8]) -> i64 {
    let len = a.len().min(b.len());
    let chunks = a.chunks(CHUNK_BYTES).zip(b[..len].chunks(CHUNK_BYTES));
    // arith-safety: a chunk's sum is below 2^24 in size.
    chunks.map(|(a, b)| dot_chunk(&a[..b.len()], b)).fold(0, i64::wrapping_add)
}

fn dot_chunk(a: &[u8], b: &[u8]) -> i64 {
    let ((a_words, a_rest), (b_words, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let rest = a_rest.iter().zip(b_rest);
    let rest = rest.map(|(a, b)| i64::from(a.cast_signed()).wrapping_mul(b.cast_signed().into()));
    rest.fold(dot_words(a_words, b_words), i64::wrapping_add)
}

/// At most 128 words. With `x = a + 128` and `y = b + 128`, `sum a b = sum x y - 128 sum x - 128 sum y + 128^2 n`.
fn dot_words(a: &[[u8; 8]], b: &[[u8; 8]]) -> i64 {
    let (mut products, mut a_sum, mut b_sum, mut count) = (0_u64, 0_u64, 0_u64, 0_i64);
    for (a, b) in a.iter().zip(b) {
        let (x, y) = (u64::from_le_bytes(*a) ^ OFFSET, u64::from_le_bytes(*b) ^ OFFSET);
        // Lanes of 32 bits: (x0 + x4 2^32) (y4 + y0 2^32) has x0 y0 + x4 y4 in its upper one; x4 y0 falls out. The lower one
        // stays below 2^16 * 4 * 128 and never carries.
        let turned = y.rotate_left(32);
        for shift in [0, 8, 16, 24] {
            let pair = (x >> shift & PAIR).wrapping_mul(turned >> shift & PAIR);
            products = products.wrapping_add(pair);
        }
        // Lanes of 16 bits: 128 times at most 510.
        a_sum = a_sum.wrapping_add(x & FOUR).wrapping_add(x >> 8 & FOUR);
        b_sum = b_sum.wrapping_add(y & FOUR).wrapping_add(y >> 8 & FOUR);
        count = count.wrapping_add(8);
    }
    let products = (products >> 32).cast_signed();
    let sums = lanes(a_sum).wrapping_add(lanes(b_sum));
    // arith-safety: all far below 2^31.
    products - 128 * sums + 128 * 128 * count
}

/// The sum of four lanes of 16 bits.
fn lanes(word: u64) -> i64 {
    let pairs = (word & 0x0000_ffff_0000_ffff).wrapping_add(word >> 16 & 0x0000_ffff_0000_ffff);
    (pairs & 0xffff_ffff).wrapping_add(pairs >> 32).cast_signed()
}
