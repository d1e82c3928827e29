//! A bundle that is not exactly what its manifest says is refused, by name.

use std::{fs, os::unix::fs::symlink};

use modchains_sdk::{
    bundle::{Bundle, BundleError, BundleLimits, ModelGraph, sha256},
    terminal::escaped,
};
use rand_core::RngCore;

use crate::fixture::{copy_of, edit_manifest, fixture, generator, open};

#[test]
fn a_truncated_file_is_refused_with_both_sizes() {
    let (_scratch, dir) = copy_of(&fixture().exact);
    let path = dir.join("weights.safetensors");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    let error = open(&dir).unwrap_err();
    let (expected, actual) = (bytes.len() as u64, bytes.len() as u64 - 1);
    assert!(
        matches!(&error, BundleError::SizeMismatch { file, expected_bytes, actual_bytes }
            if file == "weights.safetensors" && *expected_bytes == expected && *actual_bytes == actual),
        "{error}"
    );
    assert_eq!(error.label(), "bundle_size_mismatch");
}

#[test]
fn one_changed_bit_in_any_file_is_refused() {
    for (bundle, names) in [
        (&fixture().exact, &["weights.safetensors", "graph.json", "CARD.md"][..]),
        (&fixture().unproven, &["module.pt", "CARD.md"][..]),
    ] {
        for name in names {
            let (_scratch, dir) = copy_of(bundle);
            let mut bytes = fs::read(dir.join(name)).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(dir.join(name), bytes).unwrap();
            let error = open(&dir).unwrap_err();
            assert!(matches!(&error, BundleError::HashMismatch { file, .. } if file == name), "{error}");
        }
    }
}

#[test]
fn an_oversized_file_is_refused_before_it_is_read() {
    let limits = BundleLimits { file_bytes: 1000, ..BundleLimits::default() };
    let error = Bundle::open(fixture().exact.dir(), limits).unwrap_err();
    assert!(matches!(error, BundleError::TooLarge { limit_bytes: 1000, .. }), "{error}");

    let (_scratch, dir) = copy_of(&fixture().exact);
    fs::write(dir.join("model.toml"), vec![b'#'; 65 << 10]).unwrap();
    let error = open(&dir).unwrap_err();
    assert!(matches!(error, BundleError::TooLarge { limit_bytes: 65_536, .. }), "{error}");
}

#[test]
fn names_that_could_leave_the_folder_are_refused() {
    for name in ["../CARD.md", "/etc/passwd", "sub/CARD.md", "..", ".hidden", "", "a\\\\b", "c:d"] {
        let (_scratch, dir) = copy_of(&fixture().exact);
        edit_manifest(&dir, "path = \"CARD.md\"", &format!("path = \"{name}\""));
        let error = open(&dir).unwrap_err();
        assert!(matches!(error, BundleError::UnsafePath { .. }), "{name:?}: {error}");
    }
}

#[test]
fn links_and_folders_in_place_of_files_are_refused() {
    for name in ["weights.safetensors", "model.toml"] {
        let (_scratch, dir) = copy_of(&fixture().exact);
        fs::remove_file(dir.join(name)).unwrap();
        // Even a link to the right content.
        symlink(fixture().exact.dir().join(name), dir.join(name)).unwrap();
        assert!(matches!(open(&dir).unwrap_err(), BundleError::NotAFile { path } if path.ends_with(name)));
        fs::remove_file(dir.join(name)).unwrap();
        assert!(matches!(open(&dir).unwrap_err(), BundleError::Unreadable { path, .. } if path.ends_with(name)));
        fs::create_dir(dir.join(name)).unwrap();
        assert!(matches!(open(&dir).unwrap_err(), BundleError::NotAFile { path } if path.ends_with(name)));
    }
}

#[test]
fn a_manifest_that_contradicts_itself_is_refused_by_field() {
    let digits = fixture().exact.manifest().graph_root.clone().unwrap();
    let cases = [
        ("format = 1", "format = 2", "format"),
        ("name = \"digits-int8\"", "name = \"Digits\"", "name"),
        ("version = \"1.0.0\"", "version = \"\"", "version"),
        ("version = \"1.0.0\"", "version = \"1.0\\u001b[2K\"", "version"),
        ("version = \"1.0.0\"", "version = \"1.0\\u202e\"", "version"),
        ("\"0\", \"1\"", "\"0\", \"0\"", "output.labels"),
        ("\"0\", \"1\"", "\"0\", \"1\\u009b2J\"", "output.labels"),
        ("rule = \"class-logits-i32\"", "rule = \"a\\u001b[2K\"", "(text)"),
        ("bytes = 64", "bytes = 63", "input.bytes"),
        ("dtype = \"u8\"", "dtype = \"u16\"", "input.bytes"),
        ("dtype = \"u8\"", "dtype = \"u64\"", "(text)"),
        ("max = 16", "max = 256", "input.max"),
        ("max = 16", "", "input.max"),
        ("max = 16", "max = 16\nunits = [0, 1]", "input.units"),
        ("max = 16", "max = 16\nunits = [1, 4294967295]", "input.units"),
        ("bytes = 44", "bytes = 43", "output.bytes"),
        ("class-logits-i32", "class-logits-i16", "(text)"),
        ("numeric_class = \"exact\"", "numeric_class = \"unproven\"", "output.rule"),
        ("card = \"CARD.md\"", "card = \"README.md\"", "card"),
        ("format = 1", "format = 1\nextra = 1", "(text)"),
        (&digits, "00", "graph_root"),
        ("path = \"CARD.md\"", "path = \"OTHER.md\"", "files"),
    ];
    for (from, to, expected) in cases {
        let (_scratch, dir) = copy_of(&fixture().exact);
        edit_manifest(&dir, from, to);
        let error = open(&dir).unwrap_err();
        assert!(matches!(&error, BundleError::Manifest { field, .. } if field == expected), "{to}: {error}");
        assert_eq!(escaped(&error.to_string()), error.to_string(), "{to}");
    }
}

#[test]
fn graph_and_weights_that_do_not_hash_to_the_root_are_refused() {
    let (_scratch, dir) = copy_of(&fixture().exact);
    let root = fixture().exact.manifest().graph_root.clone().unwrap();
    edit_manifest(&dir, &root, &"ab".repeat(32));
    let error = open(&dir).unwrap_err();
    assert!(matches!(&error, BundleError::GraphRootMismatch { actual, .. } if *actual == root), "{error}");
}

#[test]
fn another_version_than_the_registered_one_is_refused() {
    let bundle = &fixture().exact;
    assert!(bundle.require_address(&bundle.manifest_sha256()).is_ok());
    let error = bundle.require_address(&fixture().unproven.manifest_sha256()).unwrap_err();
    assert_eq!(error.label(), "bundle_address_mismatch");
}

#[test]
fn damaged_graphs_are_refused_and_never_panic() {
    let bundle = &fixture().exact;
    let (structure, weights) = (bundle.read("graph.json").unwrap(), bundle.read("weights.safetensors").unwrap());
    let load = |structure: &[u8], weights: &[u8]| ModelGraph::load(structure, weights.to_vec());
    let text = String::from_utf8(structure.clone()).unwrap();
    for (from, to) in [
        ("\"columns\":[512,0]", "\"columns\":[511,0]"),
        ("\"stride\":2", "\"stride\":0"),
        ("\"kernel_height\":3", "\"kernel_height\":4000000000"),
        ("\"padding\":1", "\"padding\":4294967295"),
        ("\"inputs\":[12]", "\"inputs\":[13]"),
        ("\"weights\":\"conv2\"", "\"weights\":\"conv1\""),
        ("\"shift\":", "\"shift\":1"),
    ] {
        assert!(text.contains(from), "{from}");
        assert!(load(text.replacen(from, to, 1).as_bytes(), &weights).is_err(), "{to}");
    }
    let mut random = generator(modchains_test_seed::seed());
    for _ in 0..2000 {
        let (mut structure, mut weights) = (structure.clone(), weights.clone());
        let at = random.next_u32() as usize;
        let (s, w) = (at % structure.len(), at % 700);
        structure[s] = random.next_u32() as u8;
        weights[w] = random.next_u32() as u8;
        let length = weights.len();
        weights.truncate(random.next_u32() as usize % (2 * length));
        // A change of a byte or two may be one that the format allows; a part that is missing never is.
        assert!(load(&structure, &weights).is_err() || weights.len() == length);
    }
}

#[test]
fn weights_that_name_a_tensor_twice_are_refused() {
    let (_scratch, dir) = copy_of(&fixture().exact);
    let path = dir.join("weights.safetensors");
    let old = fs::read(&path).unwrap();
    let (length, rest) = old.split_first_chunk::<8>().unwrap();
    let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let header = std::str::from_utf8(header).unwrap().trim_end();
    // The first tensor again, with the same bytes and as another shape.
    let first = header.split_once("]}").unwrap().0.strip_prefix('{').unwrap();
    let again = first.replacen("\"shape\":[16,9]", "\"shape\":[9,16]", 1);
    for twice in [first, &again] {
        let header = format!("{{{twice}]}},{}", &header[1..]);
        let header = format!("{header:<width$}", width = header.len().next_multiple_of(8));
        let new = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat();
        fs::write(&path, &new).unwrap();
        let manifest = fs::read_to_string(fixture().exact.dir().join("model.toml")).unwrap();
        let manifest = manifest.replace(&hex::encode(sha256(&old)), &hex::encode(sha256(&new)));
        let manifest = manifest.replace(&format!("bytes = {}", old.len()), &format!("bytes = {}", new.len()));
        fs::write(dir.join("model.toml"), manifest).unwrap();
        let error = open(&dir).unwrap_err();
        assert!(error.to_string().contains("twice"), "{error}");
    }
}
