//! Names and descriptions that people type.

use super::Invalid;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// A name of 1 to `MAX` characters on one line, in Unicode's composed form (NFC), without white
/// space around it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name<const MAX: usize>(String);

/// The name of a service account: at most 20 characters.
pub type AccountName = Name<20>;

impl<const MAX: usize> Name<MAX> {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let name: String = text.trim().nfc().collect();
        match name.chars().count() {
            0 => Err(Invalid::because(format!("must have 1 to {MAX} characters"))),
            count if count > MAX => Err(Invalid::because(format!(
                "must have 1 to {MAX} characters, not {count}"
            ))),
            _ if name.chars().any(is_deceptive) => Err(DECEPTIVE),
            _ if fold(&name).len() > MAX_FOLDED => Err(Invalid::new("must be shorter: its characters stand for many")),
            _ => Ok(Self(name)),
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two names are compared by: the same letters in any case are the same name.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

/// The longest folded name, in bytes: a sort key of the table holds it. One character may fold to
/// eighteen (U+FDFA).
const MAX_FOLDED: usize = 800;

fn fold(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).collect()
}

/// Foreign text as one line of at most `max` characters: what deceives becomes a space, spaces in a
/// row become one, and what is cut off is marked. For showing, never for comparing.
pub fn one_line(text: &str, max: usize) -> String {
    let plain: String = text.chars().map(|c| if is_deceptive(c) { ' ' } else { c }).collect();
    let words: Vec<_> = plain.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= max {
        return line;
    }
    let cut: String = line.chars().take(max.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// A description of at most 140 characters; may be empty.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Description(String);

impl Description {
    /// The longest description, in characters.
    pub const MAX: usize = 140;

    /// Reads a description.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let description: String = text.trim().nfc().collect();
        match description.chars().count() {
            count if count > Self::MAX => Err(Invalid::because(format!(
                "must have at most {} characters, not {count}",
                Self::MAX
            ))),
            _ if description.chars().any(is_deceptive) => Err(DECEPTIVE),
            _ => Ok(Self(description)),
        }
    }

    /// The description as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const DECEPTIVE: Invalid =
    Invalid::new("must not have control characters, invisible characters or marks that change the direction of text");

/// Characters that make text look like what it is not: control characters, bidirectional
/// overrides (Trojan Source, CVE-2021-42574), zero-width and other invisible ones.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

super::region::string_conversions!(Description);

impl<const MAX: usize> std::fmt::Display for Name<MAX> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> TryFrom<String> for Name<MAX> {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl<const MAX: usize> From<Name<MAX>> for String {
    fn from(name: Name<MAX>) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_are_counted_in_characters() {
        assert!(AccountName::parse(&"é".repeat(20)).is_ok());
        assert!(AccountName::parse(&"e".repeat(21)).is_err());
        assert!(AccountName::parse("").is_err());
        assert!(AccountName::parse("   ").is_err());
        assert!(Description::parse("").is_ok());
        assert!(Description::parse(&"d".repeat(140)).is_ok());
        assert!(Description::parse(&"d".repeat(141)).is_err());
    }

    #[test]
    fn a_name_whose_characters_stand_for_many_is_refused() {
        assert!(AccountName::parse(&"\u{FDFA}".repeat(20)).is_ok());
        assert!(Name::<64>::parse(&"\u{FDFA}".repeat(64)).is_err());
    }

    #[test]
    fn deceptive_characters_are_refused() {
        for bad in [
            "a\u{0}b",
            "a\nb",
            "a\u{202E}b",
            "a\u{2066}b",
            "a\u{200B}b",
            "a\u{7f}b",
            "a\u{feff}b",
        ] {
            assert!(AccountName::parse(bad).is_err(), "{bad:?}");
            assert!(Description::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_are_compared_without_case_and_form() {
        let folded = |name: &str| AccountName::parse(name).unwrap().folded();
        assert_eq!(folded("Reporting"), folded("rePORTING"));
        assert_eq!(folded("Caf\u{e9}"), folded("cafe\u{301}"));
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_is_stable(text: String) {
            if let Ok(name) = AccountName::parse(&text) {
                prop_assert_eq!(AccountName::parse(name.as_str()), Ok(name));
            }
        }
    }
}
