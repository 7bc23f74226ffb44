//! Names that look alike: the nearest of some candidates, for "did you mean".

/// Longest name, in characters, that is compared; longer ones have no near names.
const LONGEST: usize = 64;
/// Most candidates that are looked at.
const MOST: usize = 2000;

/// The candidate that differs least from `name`, and by how many edits; none if all differ by more than a third of the name, or two.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<(&'a str, usize)> {
    let folded: Vec<char> = name.to_lowercase().chars().take(LONGEST + 1).collect();
    if folded.len() > LONGEST {
        return None;
    }
    let limit = (folded.len() / 3).max(2).min(folded.len());
    let distances = candidates.take(MOST).filter_map(|candidate| Some((candidate, distance(&folded, candidate, limit)?)));
    distances.min_by_key(|(_, edits)| *edits)
}

/// Edits (insertions, deletions, replacements) between two names, without regard to case; none above the limit.
fn distance(name: &[char], candidate: &str, limit: usize) -> Option<usize> {
    let other: Vec<char> = candidate.to_lowercase().chars().take(LONGEST + 1).collect();
    if other.len().abs_diff(name.len()) > limit {
        return None;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in name.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let replaced = corner + usize::from(a != b);
            corner = row[j + 1];
            row[j + 1] = replaced.min(corner + 1).min(row[j] + 1);
        }
    }
    row.last().copied().filter(|edits| *edits <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        let names = ["Home", "Work", "Office"];
        assert_eq!(nearest("Wrok", names.into_iter()), Some(("Work", 2)));
        assert_eq!(nearest("home", names.into_iter()), Some(("Home", 0)));
        assert_eq!(nearest("Hom", names.into_iter()), Some(("Home", 1)));
        assert_eq!(nearest("Completely other", names.into_iter()), None);
        assert_eq!(nearest("", names.into_iter()), None);
        assert_eq!(nearest(&"x".repeat(65), names.into_iter()), None);
    }
}
