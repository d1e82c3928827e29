//! What a program says about itself: the security contact in its binary.

use std::fs;

use modchains_tests::idl::{Program, root};
use solana_security_txt::{Contact, SECURITY_TXT_BEGIN, find_and_parse};

/// Most that the contact may add to a program.
const CONTACT_BYTES_MAX: usize = 400;

fn occurrences(haystack: &[u8], needle: &str) -> usize {
    haystack.windows(needle.len()).filter(|window| *window == needle.as_bytes()).count()
}

#[test]
fn every_program_carries_the_contact_of_security_md() {
    let security = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    for program in Program::ALL {
        let bytes = program.bytes();
        assert_eq!(occurrences(&bytes, SECURITY_TXT_BEGIN), 1, "{}: one contact", program.name());
        let text = find_and_parse(&bytes).unwrap_or_else(|error| panic!("{}: {error}", program.name()));
        assert_eq!(text.name, program.name().replace("modchains_", "ModChains "));
        assert_eq!(text.project_url, env!("MODCHAINS_PROJECT_URL"));
        let [contact] = &text.contacts[..] else { panic!("{}: one contact", program.name()) };
        let Contact::Other(place) = contact else { panic!("{}: {contact}", program.name()) };
        assert_eq!(format!("other:{place}"), env!("MODCHAINS_SECURITY_CONTACTS"));
        assert!(security.contains(place), "SECURITY.md says where: {place}");
        assert!(text.policy.contains("SECURITY.md") && security.contains("## Reporting"));
        assert!(text.to_string().len() < CONTACT_BYTES_MAX, "the contact stays small");
    }
}
