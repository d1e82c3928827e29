//! Which parts of a program are still missing in its buffer.

use std::ops::Range;

/// The byte ranges of `image`, each of at most `chunk_bytes`, that `written` does not hold yet. Bytes that `written`
/// lacks count as missing.
pub fn missing_chunks(image: &[u8], written: &[u8], chunk_bytes: usize) -> Vec<Range<usize>> {
    let starts = (0..image.len()).step_by(chunk_bytes.max(1));
    let ranges = starts.map(|start| start..start.saturating_add(chunk_bytes.max(1)).min(image.len()));
    ranges.filter(|range| written.get(range.clone()) != image.get(range.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_buffer_misses_everything_and_a_full_one_nothing() {
        let image: Vec<u8> = (1..=25).collect();
        assert_eq!(missing_chunks(&image, &[0; 25], 10), [0..10, 10..20, 20..25]);
        assert_eq!(missing_chunks(&image, &[], 10), [0..10, 10..20, 20..25]);
        assert!(missing_chunks(&image, &image, 10).is_empty());
    }

    #[test]
    fn only_chunks_that_differ_are_missing() {
        let image: Vec<u8> = (1..=25).collect();
        let mut written = image.clone();
        written[13] = 0;
        assert_eq!(missing_chunks(&image, &written, 10), vec![10..20]);
        written[24] = 0;
        assert_eq!(missing_chunks(&image, &written, 10), [10..20, 20..25]);
    }

    #[test]
    fn zeros_of_the_image_need_no_writing_into_a_fresh_buffer() {
        let mut image = vec![0; 30];
        image[29] = 1;
        assert_eq!(missing_chunks(&image, &[0; 30], 10), vec![20..30]);
    }

    #[test]
    fn writing_what_is_missing_gives_the_image() {
        let image: Vec<u8> = (0..=255).cycle().take(4_321).collect();
        let mut written = vec![7; image.len()];
        for range in missing_chunks(&image, &written.clone(), 97) {
            written[range.clone()].copy_from_slice(&image[range]);
        }
        assert_eq!(written, image);
    }
}
